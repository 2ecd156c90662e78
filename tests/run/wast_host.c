/* SPDX-License-Identifier: Apache-2.0 */
/* wast_host.c - no machine yet. Included by wast_driver.c, for drivers are built from one file. */

struct wast_host *wast_host_create(void)
{
    return NULL;
}

void wast_host_destroy(struct wast_host *host)
{
    (void)host;
}

ph_status wast_host_instantiate(struct wast_host *host, struct ph_slice unit,
                                struct wast_instance **instance, struct ph_error *error)
{
    (void)host, (void)unit, (void)instance;
    return ph_fail(error, PH_UNSUPPORTED, "no machine");
}

void wast_host_register(struct wast_host *host, struct ph_slice name,
                        struct wast_instance *instance)
{
    (void)host, (void)name, (void)instance;
}

ph_status wast_host_invoke(struct wast_host *host, struct wast_instance *instance,
                           struct ph_slice name, const struct wast_values *arguments,
                           struct wast_values *results, struct ph_error *error)
{
    (void)host, (void)instance, (void)name, (void)arguments, (void)results;
    return ph_fail(error, PH_UNSUPPORTED, "no machine");
}

ph_status wast_host_get(struct wast_host *host, struct wast_instance *instance,
                        struct ph_slice name, struct wast_value *value, struct ph_error *error)
{
    (void)host, (void)instance, (void)name, (void)value;
    return ph_fail(error, PH_UNSUPPORTED, "no machine");
}
