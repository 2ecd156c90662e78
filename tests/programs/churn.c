/* SPDX-License-Identifier: Apache-2.0
 *
 * churn [OPERATIONS] [LINES] - a chained hash table whose entries come and go: malloc, free and
 * pointers all over memory. */
#include "program.h"

#define BUCKETS 16384u
#define KEYS 40000u

struct entry {
    struct entry *next;
    uint64_t key;
    uint64_t uses;
    size_t bytes;
    uint8_t payload[];
};

static struct entry *table[BUCKETS];
static uint64_t live;

static struct entry **find(uint64_t key)
{
    struct entry **at = &table[(key * 0x9e3779b1u) % BUCKETS];
    while (*at != NULL && (*at)->key != key) {
        at = &(*at)->next;
    }
    return at;
}

static struct entry *entry_create(uint64_t key, uint64_t dice)
{
    size_t bytes = 8 + (dice >> 20) % 120;
    struct entry *entry = allocate(sizeof *entry + bytes);
    entry->key = key;
    entry->bytes = bytes;
    memset(entry->payload, (int)(dice & 0xff), bytes);
    return entry;
}

static uint64_t operate(uint64_t dice)
{
    uint64_t key = (dice >> 32) % KEYS;
    struct entry **at = find(key);
    if (*at == NULL) {
        *at = entry_create(key, dice);
        live++;
        return key;
    }
    struct entry *entry = *at;
    if ((dice & 3) == 0) {
        uint64_t result = entry->uses + entry->payload[entry->bytes - 1];
        *at = entry->next;
        free(entry);
        live--;
        return result;
    }
    entry->uses++;
    entry->payload[entry->uses % entry->bytes] ^= (uint8_t)dice;
    return entry->payload[0] + entry->uses;
}

int main(int argc, char **argv)
{
    uint64_t operations = argument(argc, argv, 1, 2000000);
    uint64_t lines = argument(argc, argv, 2, 20);
    uint64_t state = 2;
    uint64_t sum = CHECKSUM_START;

    for (uint64_t line = 1; line <= lines; line++) {
        for (uint64_t i = 0; i < operations / lines; i++) {
            sum = checksum_add(sum, operate(random_next(&state)));
        }
        say("churn", line, checksum_add(sum, live));
    }
    return 0;
}
