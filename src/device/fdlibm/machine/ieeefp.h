/* SPDX-License-Identifier: Apache-2.0 */
/* ieeefp.h - the order of a double's halves, for fdlibm. */
#ifndef PH_FDLIBM_IEEEFP_H
#define PH_FDLIBM_IEEEFP_H

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define __IEEE_LITTLE_ENDIAN
#else
#define __IEEE_BIG_ENDIAN
#endif

#endif
