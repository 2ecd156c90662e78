# SPDX-License-Identifier: Apache-2.0
# make                  the libraries and ./phantom
# make lib-FOLDER       one library                make test-FOLDER   one folder's unit tests
# make check            every test, short          make sim | fuzz | java    the long runs
# make freestanding     the core without libc      make bench         the figures
# make jar              phantom.jar, which Java programs compile against (phantom.World)
# make lint | tidy | format | compile_commands.json | clean
#
# MODE=release (default: -O2 -g, assertions on) | debug | asan | tsan
# CC=clang-19 (default where present) | clang-14 | gcc | aarch64-linux-gnu-gcc …
# RUN="qemu-aarch64 -L /usr/aarch64-linux-gnu" runs the tests of a foreign CPU.
# BUILD=DIR builds elsewhere; LIBS="base port …" links sim, fuzz and bench programs with less.

MODE ?= release
BUILD ?= build
RUN ?=
PYTHON ?= python3

ifneq ($(filter default undefined,$(origin CC)),)
CC := $(firstword $(foreach c,clang-19 clang gcc,$(if $(shell command -v $(c)),$(c))) cc)
endif
ifneq ($(filter default undefined,$(origin AR)),)
AR := $(if $(filter %-linux-gnu-gcc,$(CC)),$(patsubst %-gcc,%-ar,$(CC)),ar)
endif

include sources.mk

CCNAME := $(notdir $(lastword $(CC)))
OUT := $(BUILD)/$(MODE)-$(CCNAME)

MODE_release := -O2 -g
MODE_debug   := -O1 -g -DPH_DEBUG -fno-omit-frame-pointer
MODE_asan    := -O1 -g -DPH_DEBUG -fno-omit-frame-pointer -fsanitize=address,undefined \
                -fno-sanitize-recover=all
MODE_tsan    := -O1 -g -DPH_DEBUG -fno-omit-frame-pointer -fsanitize=thread
ifeq ($(MODE_$(MODE)),)
$(error MODE=$(MODE) is none of release, debug, asan, tsan)
endif

# -ffp-contract=off and no -ffast-math: floating point is part of what a program observes, and the
# same on every CPU. -fno-math-errno: sqrt is one instruction. -fno-strict-aliasing: the arena is
# bytes that are seen as many types.
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
            -Wundef -Werror
CODEGEN := -fno-strict-aliasing -fno-math-errno -ffp-contract=off -fno-common
PHANTOM_CFLAGS := -std=gnu11 $(WARNINGS) $(CODEGEN) $(MODE_$(MODE)) -Iinclude -Isrc $(CFLAGS)
PHANTOM_LDFLAGS := $(filter -fsanitize=%,$(MODE_$(MODE))) $(LDFLAGS)
LDLIBS := -lpthread -lm

EXTRA_interp := $(if $(filter release,$(MODE)),-O3)
$(foreach f,$(FOLDERS_HOSTED),$(eval EXTRA_$(f) := -D_GNU_SOURCE))

# Everything is written under another name first: an interrupted or a second make never leaves or
# sees half a file.
# V=1 shows whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1) $(2)")

define compile # source, flags
@mkdir -p $(@D)
$(call say,CC  ,$(1))
$(Q)$(CC) $(PHANTOM_CFLAGS) $(2) -MMD -MP -MT $@ -MF $(@:.o=.d) -c $(1) -o $@.$$$$.tmp.o && \
    mv $@.$$$$.tmp.o $@
endef
define link # objects and libraries
@mkdir -p $(@D)
$(call say,LINK,$@)
$(Q)$(CC) $(PHANTOM_LDFLAGS) -o $@.$$$$.tmp $(filter %.o,$(1)) \
    -Wl,--start-group $(filter %.a,$(1)) -Wl,--end-group $(LDLIBS) && mv $@.$$$$.tmp $@
endef

.PHONY: all
all: # the default; its prerequisites follow below
.DELETE_ON_ERROR:
.SECONDARY:

# ---- fdlibm: not ours, so neither our warnings nor the sanitizers look at it ---------------------

FDLIBM_SOURCES := $(addprefix math/,s_sin s_cos s_tan s_atan s_tanh s_floor e_asin e_acos e_exp \
    e_log e_log10 e_sinh e_cosh e_atan2 e_remainder e_fmod e_rem_pio2 k_sin k_cos k_tan \
    k_rem_pio2) $(addprefix common/,s_expm1 s_log1p s_scalbn)
FDLIBM_OBJECTS := $(patsubst %,$(OUT)/obj/fdlibm/%.o,$(FDLIBM_SOURCES))
FDLIBM_CFLAGS := -std=gnu11 -O2 -w $(CODEGEN) -fno-builtin -Isrc/device/fdlibm -include names.h

$(BUILD)/fdlibm/unpacked: scripts/fdlibm.sh
	$(call say,GET ,fdlibm)
	$(Q)scripts/fdlibm.sh $(@D) && touch $@
$(FDLIBM_OBJECTS): $(OUT)/obj/fdlibm/%.o: $(BUILD)/fdlibm/unpacked $(wildcard src/device/fdlibm/*.h)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FDLIBM_CFLAGS) -I$(BUILD)/fdlibm/common -c $(BUILD)/fdlibm/$*.c -o $@.$$$$.tmp.o && \
	    mv $@.$$$$.tmp.o $@
MORE_device := $(FDLIBM_OBJECTS)

# ---- Libraries: one per folder ------------------------------------------------------------------

lib = $(patsubst %,$(OUT)/lib%.a,$(1))

# MORE_x: objects from elsewhere. A library is also rebuilt when a source went away: .list holds
# what it was made of.
define folder_rules
OBJECTS_$(1) := $$(patsubst src/%.c,$$(OUT)/obj/%.o,$$(SOURCES_$(1)))
OBJECTS_ALL += $$(OBJECTS_$(1))
ifneq ($$(strip $$(file <$(OUT)/lib$(1).list)),$$(strip $$(OBJECTS_$(1))))
$$(shell mkdir -p $(OUT))
$$(file >$(OUT)/lib$(1).list,$$(OBJECTS_$(1)))
endif
$$(OBJECTS_$(1)): $$(OUT)/obj/%.o: src/%.c Makefile
	$$(call compile,$$<,$$(EXTRA_$(1)))
$$(OUT)/lib$(1).a: $$(OBJECTS_$(1)) $$(MORE_$(1)) $(OUT)/lib$(1).list
	$$(call say,AR  ,$$@)
	$$(Q)$(AR) rcs $$@.$$$$$$$$.tmp $$(OBJECTS_$(1)) $$(MORE_$(1)) && mv $$@.$$$$$$$$.tmp $$@
.PHONY: lib-$(1)
lib-$(1): $$(OUT)/lib$(1).a
endef
$(foreach f,$(FOLDERS),$(eval $(call folder_rules,$(f))))

LIBS ?= $(filter-out tool,$(FOLDERS))

all: $(call lib,$(FOLDERS))

# ---- The command --------------------------------------------------------------------------------

ifneq ($(SOURCES_tool),)
all: phantom
.PHONY: phantom
phantom: $(OUT)/phantom # ./phantom is the usual build alone, not a measuring or sanitized one
	@case $< in build/release-*) [ "$$(readlink $@)" = "$<" ] || ln -sfn $< $@ ;; esac
$(OUT)/phantom: $(OBJECTS_tool) $(call lib,$(filter-out tool,$(FOLDERS)))
	$(call link,$^)
PHANTOM_BINARY := $(OUT)/phantom
endif

# What Java programs that use phantom.World compile against; when they run it is not needed.
JAR := $(OUT)/phantom.jar
.PHONY: jar
jar: $(JAR)
$(JAR): scripts/java-classes src/lang/java/vm/own_classes.def
	@mkdir -p $(@D)
	$(call say,JAR ,$@)
	$(Q)$(PYTHON) scripts/java-classes --jar $@.$$$$.tmp && mv $@.$$$$.tmp $@
ifneq ($(shell command -v $(PYTHON)),)
all: $(JAR)
endif

# ---- Tests --------------------------------------------------------------------------------------

TEST_CFLAGS := -D_GNU_SOURCE -Itests/unit -Itests

$(OUT)/obj/tests/%.o: tests/%.c Makefile
	$(call compile,$<,$(TEST_CFLAGS))
$(OUT)/obj/bench/%.o: bench/%.c Makefile
	$(call compile,$<,$(TEST_CFLAGS))

# The folder and those above it. The simulator comes along with every folder but the first two, so
# that a broken one does not stand in their way.
upto = $(if $(1),$(firstword $(1)) \
       $(if $(filter $(2),$(firstword $(1))),,$(call upto,$(wordlist 2,99,$(1)),$(2))))
test_libs = $(filter $(FOLDERS),$(if $(filter base port,$(1)),base port,\
            $(call upto,$(FOLDERS_ALL),$(1))))

# What tests of several folders share: linked into those that call it.
SUPPORT_OBJECTS := $(patsubst tests/%.c,$(OUT)/obj/tests/%.o,$(sort $(wildcard tests/support/*.c)))
SUPPORT := $(if $(SUPPORT_OBJECTS),$(OUT)/libsupport.a)
OBJECTS_ALL += $(SUPPORT_OBJECTS)
$(OUT)/libsupport.a: $(SUPPORT_OBJECTS)
	$(call say,AR  ,$@)
	$(Q)$(AR) rcs $@.$$$$.tmp $^ && mv $@.$$$$.tmp $@

define unit_rules
UNIT_OBJECTS_$(1) := $$(patsubst tests/%.c,$$(OUT)/obj/tests/%.o,\
                     tests/unit/unit.c $$(sort $$(wildcard tests/unit/$(1)/*.c)))
OBJECTS_ALL += $$(UNIT_OBJECTS_$(1))
$$(OUT)/test_$(1): $$(UNIT_OBJECTS_$(1)) $(SUPPORT) $$(call lib,$$(call test_libs,$(1)))
	$$(call link,$$^)
.PHONY: test-$(1)
test-$(1): $$(OUT)/test_$(1)
	$$(RUN) $$< $$(FILTER)
endef
$(foreach f,$(UNIT_FOLDERS),$(eval $(call unit_rules,$(f))))
UNIT_BINARIES := $(patsubst %,$(OUT)/test_%,$(UNIT_FOLDERS))

define driver_rule # binary, objects
OBJECTS_ALL += $(2)
$(OUT)/$(1): $(2) $(SUPPORT) $(call lib,$(LIBS))
	$$(call link,$$^)
.PHONY: $(1)
$(1): $(OUT)/$(1)
endef
$(foreach k,sim fuzz,$(foreach d,$(DRIVERS_$(k)),$(eval \
    $(call driver_rule,$(d),$(OUT)/obj/tests/$(k)/$(d:$(k)_%=%).o))))
# run_x and crash_x: x_driver.c and all other x_*.c beside it.
$(foreach k,run crash,$(foreach d,$(DRIVERS_$(k)),$(eval $(call driver_rule,$(d),$(patsubst \
    %.c,$(OUT)/obj/%.o,$(sort $(wildcard tests/$(k)/$(d:$(k)_%=%)_*.c)))))))
$(foreach d,$(DRIVERS_bench),$(eval \
    $(call driver_rule,$(d),$(OUT)/obj/bench/$(d:bench_%=%).o)))

SIM_BINARIES := $(addprefix $(OUT)/,$(DRIVERS_sim))
FUZZ_BINARIES := $(addprefix $(OUT)/,$(DRIVERS_fuzz))
OTHER_BINARIES := $(addprefix $(OUT)/,$(DRIVERS_run) $(DRIVERS_crash))
BENCH_BINARIES := $(addprefix $(OUT)/,$(DRIVERS_bench))

# What scripts/check.sh and the test scripts know of this build.
TEST_ENV = PHANTOM=$(abspath $(PHANTOM_BINARY)) PHANTOM_OUT=$(abspath $(OUT)) PHANTOM_CC="$(CC)" \
           PHANTOM_MODE=$(MODE) PHANTOM_RUN="$(RUN)" \
           UNIT_TIMEOUT_FACTOR=$(if $(RUN)$(filter asan tsan,$(MODE)),5,1)

.PHONY: all-tests unit check sim fuzz crash java bench
all-tests: all $(UNIT_BINARIES) $(SIM_BINARIES) $(FUZZ_BINARIES) $(OTHER_BINARIES) \
    $(BENCH_BINARIES)

unit: $(UNIT_BINARIES)
	@$(TEST_ENV) scripts/check.sh $(UNIT_BINARIES)

check: all-tests
	@$(TEST_ENV) scripts/check.sh $(UNIT_BINARIES) --quick $(SIM_BINARIES) $(FUZZ_BINARIES) \
	    $(OTHER_BINARIES) $(SCRIPTS_run) $(SCRIPTS_crash) scripts/lint.py

sim: $(SIM_BINARIES)
	@$(TEST_ENV) scripts/check.sh $(SIM_BINARIES)
fuzz: $(FUZZ_BINARIES)
	@$(TEST_ENV) scripts/check.sh $(FUZZ_BINARIES)
crash: all $(OTHER_BINARIES)
	@$(TEST_ENV) scripts/check.sh $(OTHER_BINARIES) $(SCRIPTS_run) $(SCRIPTS_crash)
java: all # all of tests/java, also at every safepoint, and killed
	@$(TEST_ENV) $(PYTHON) tests/run/java.py
	@$(TEST_ENV) $(PYTHON) tests/run/java.py --stress cut
	@$(TEST_ENV) $(PYTHON) tests/run/java.py --kills 200
	@$(TEST_ENV) $(PYTHON) tests/run/java.py --stress cut --kills 50
bench: all $(BENCH_BINARIES)
	@if [ -x bench/run ]; then $(TEST_ENV) bench/run; else \
	    for b in $(BENCH_BINARIES); do $(RUN) $$b || exit 1; done; fi

# ---- The core without libc ----------------------------------------------------------------------

FREESTANDING_CCS ?= gcc aarch64-linux-gnu-gcc riscv64-linux-gnu-gcc
.PHONY: freestanding
freestanding:
	@scripts/freestanding.sh $(BUILD)/freestanding "$(FREESTANDING_CCS)" \
	    $(foreach f,$(FOLDERS_CORE),$(SOURCES_$(f)))

# ---- Care ---------------------------------------------------------------------------------------

ALL_C := $(foreach f,$(FOLDERS),$(SOURCES_$(f))) $(sort $(wildcard tests/unit/*.c tests/unit/*/*.c \
         tests/sim/*.c tests/fuzz/*.c tests/run/*_driver.c tests/crash/*_driver.c bench/*.c))

.PHONY: lint tidy format clean compile_commands.json
lint:
	@$(PYTHON) scripts/lint.py
compile_commands.json:
	@$(MAKE) --no-print-directory -Bnk all-tests | $(PYTHON) scripts/compile_commands.py > $@
tidy: compile_commands.json
	clang-tidy --quiet -p . $(ALL_C)
format:
	clang-format -i $(ALL_C) $(HEADERS)
clean:
	rm -rf $(BUILD) phantom compile_commands.json

-include $(sort $(OBJECTS_ALL:.o=.d))
