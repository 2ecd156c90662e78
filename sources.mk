# SPDX-License-Identifier: Apache-2.0
# sources.mk - which sources make which library. Wildcards: a new file needs no edit here.
#
# The order is the order of the tree: a folder uses only folders before it.

FOLDERS_ALL := base port sim code heap store machine interp device wasm java jvm tool

DIR_base    := src/base
DIR_port    := src/port/linux
DIR_sim     := src/port/sim
DIR_code    := src/code
DIR_heap    := src/heap
DIR_store   := src/store
DIR_machine := src/machine
DIR_interp  := src/interp
DIR_device  := src/device
DIR_wasm    := src/lang/wasm
DIR_java    := src/lang/java
DIR_jvm     := src/lang/java/vm
DIR_tool    := src/tool

$(foreach f,$(FOLDERS_ALL),$(eval SOURCES_$(f) := $(sort $(wildcard $(DIR_$(f))/*.c))))

# Folders that have sources, in tree order.
FOLDERS := $(foreach f,$(FOLDERS_ALL),$(if $(SOURCES_$(f)),$(f)))

# Freestanding: no libc header, no libc function but the six of base/common.h.
FOLDERS_CORE := base code heap store machine interp
# May use libc; the others see only what the compiler itself brings.
FOLDERS_HOSTED := port sim device tool

UNIT_FOLDERS := $(foreach f,$(FOLDERS_ALL),$(if $(wildcard tests/unit/$(f)/*.c),$(f)))

# Programs of their own, each from one file: <kind>_<name> from <place>/<name>.c.
DRIVERS_sim   := $(patsubst tests/sim/%.c,sim_%,$(sort $(wildcard tests/sim/*.c)))
DRIVERS_fuzz  := $(patsubst tests/fuzz/%.c,fuzz_%,$(sort $(wildcard tests/fuzz/*.c)))
DRIVERS_run   := $(patsubst tests/run/%_driver.c,run_%,$(sort $(wildcard tests/run/*_driver.c)))
DRIVERS_crash := $(patsubst tests/crash/%_driver.c,crash_%,\
                 $(sort $(wildcard tests/crash/*_driver.c)))
DRIVERS_bench := $(patsubst bench/%.c,bench_%,$(sort $(wildcard bench/*.c)))

SCRIPTS_run   := $(sort $(wildcard tests/run/*.sh))
SCRIPTS_crash := $(sort $(wildcard tests/crash/*.sh))

HEADERS := $(sort $(wildcard src/*/*.h src/*/*/*.h include/phantom/*.h tests/unit/*.h))
