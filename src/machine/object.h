/* SPDX-License-Identifier: Apache-2.0 */
/* object.h - the machine's own objects, as they lie in the arena and in the image.
 *
 * All are little-endian with explicit padding; docs/formats/world.md describes them. Those in
 * PH_MACHINE_CLASSES with pinned = 1 never move, so C code and the engine may keep their
 * addresses. A field that ends in _ref is a reference; 64-bit offsets point to extents. */
#ifndef PH_MACHINE_OBJECT_H
#define PH_MACHINE_OBJECT_H

#include "code/unit.h"
#include "heap/heap.h"

enum ph_class_index {
    PH_CLASS_CLASS = 0,   /* struct ph_class */
    PH_CLASS_BYTES = 1,   /* struct ph_bytes: strings and byte arrays */
    PH_CLASS_REFS = 2,    /* struct ph_refs: arrays of references that a program sees; movable */
    PH_CLASS_TABLE_ITEMS = 3, /* struct ph_refs, pinned: what the machine's objects hold */
    PH_CLASS_WORLD = 4,
    PH_CLASS_UNIT = 5,
    PH_CLASS_INSTANCE = 6,
    PH_CLASS_FUNCTION = 7, /* what a funcref points to */
    PH_CLASS_MEMORY = 8,
    PH_CLASS_TABLE = 9,
    PH_CLASS_GLOBAL = 10,      /* numeric */
    PH_CLASS_GLOBAL_REF = 11,  /* holds a reference */
    PH_CLASS_PROGRAM = 12,
    PH_CLASS_THREAD = 13,
    PH_CLASS_STACK = 14,       /* struct ph_bytes, pinned: a chunk */
    PH_CLASS_CONSOLE = 15,
    PH_CLASS_PINNED_BYTES = 16,
    PH_CLASS_DIRECTORY_ENTRY = 17, /* name → object (directory.h) */
    PH_CLASS_ERROR = 18,       /* what the machine throws; movable */
    PH_CLASS_OBJECT = 19,      /* the topmost class: all others are below it; movable */
    /* 20 to 31: src/device (file tree, descriptors); listed in device/object.h */
    PH_CLASS_BOX = 32,         /* a host value as an externref (tests, embedding) */
    PH_CLASS_MONITOR = 33,
    PH_CLASS_REFERENCE = 34,   /* struct ph_weak; programs derive classes from it */
    PH_CLASS_QUEUE = 35        /* struct ph_weak_queue */
};

enum ph_root_index {
    PH_ROOT_WORLD = 0
};

struct ph_world {
    struct ph_object head;
    uint64_t cut_number;       /* of the newest cut; changed in the pause */
    uint64_t run_ns;           /* life of the world until that cut, stops not counted */
    uint64_t next_thread_id;
    uint32_t next_instance_id; /* ids are small and never reused */
    uint32_t next_unit_id;
    ph_ref programs_ref;       /* first program; linked by next_ref */
    ph_ref threads_ref;        /* first live thread; linked by next_ref */
    ph_ref directory_ref;      /* first entry of the root directory */
    ph_ref signatures_ref;     /* TABLE_ITEMS of BYTES: world-wide signature numbers */
    ph_ref console_ref;
    ph_ref files_ref;          /* root of the image's file tree (device) */
    ph_ref units_ref;          /* TABLE_ITEMS by unit id */
    ph_ref instances_ref;      /* TABLE_ITEMS by instance id */
    uint32_t signature_count;
    ph_ref monitors_ref;       /* TABLE_ITEMS by number: monitors in use (monitor.h) */
    ph_ref selectors_ref;      /* TABLE_ITEMS of PINNED_BYTES: world-wide selector numbers */
    ph_ref array_classes_ref;  /* TABLE_ITEMS by enum ph_storage: classes of arrays of numbers */
    ph_ref out_of_memory_ref;  /* the error for it, made in advance */
    uint32_t selector_count;
    uint32_t next_program_id;  /* ids are never reused */
    uint32_t unused;
};

struct ph_unit_object {
    struct ph_object head;
    uint32_t id;
    uint32_t unused;
    uint64_t offset, bytes, reserved_bytes; /* extent with the unit's file */
};

struct ph_instance {
    struct ph_object head;
    uint32_t id;
    ph_ref unit_ref;
    ph_ref program_ref;       /* 0 for instances of the machine itself */
    ph_ref functions_ref;     /* TABLE_ITEMS: function objects, made when first needed; 0 before */
    ph_ref tables_ref, memories_ref, globals_ref; /* TABLE_ITEMS */
    ph_ref dropped_ref;       /* PINNED_BYTES: one per element segment, then per data segment */
    ph_ref classes_ref;       /* TABLE_ITEMS: linked classes by definition; 0 before */
    ph_ref constants_ref;     /* TABLE_ITEMS: BYTES by constant, made when first needed */
};

/* Either a function of an instance or a native. */
struct ph_function_object {
    struct ph_object head;
    ph_ref instance_ref;      /* 0: a native */
    uint32_t index;           /* in the instance's unit */
    uint32_t signature;       /* world-wide number: equal numbers, equal types and
                               * reference kinds */
    ph_ref name_ref;          /* natives: BYTES "module.name"; their identity over restarts */
};

struct ph_memory {
    struct ph_object head;
    uint64_t offset;          /* of the extent */
    uint64_t bytes;           /* in use: pages of 64 KiB; only grows */
    uint64_t max_bytes;       /* the least of the declared maximum and 4 GiB */
    uint64_t reserved_bytes;  /* size of the extent ≥ max_bytes */
    uint64_t declared_max_pages; /* UINT64_MAX: none; for import matching */
};

struct ph_table {
    struct ph_object head;
    ph_ref items_ref;         /* TABLE_ITEMS, length = capacity */
    uint32_t count;
    uint32_t max;             /* UINT32_MAX: none */
    uint8_t ref_kind, has_max, unused[2];
};

struct ph_global_object {
    struct ph_object head;
    uint8_t type, ref_kind, is_mutable, unused[5];
    uint64_t value;           /* GLOBAL_REF: a reference, zero-extended */
};

enum ph_program_state {
    PH_PROGRAM_STARTING = 0,  /* being instantiated */
    PH_PROGRAM_RUNNING = 1,
    PH_PROGRAM_LIVING = 2,    /* a reactor: initialised, waits for calls */
    PH_PROGRAM_EXITED = 3,    /* exit_code */
    PH_PROGRAM_TRAPPED = 4    /* trap, trap_text_ref */
};

struct ph_program {
    struct ph_object head;
    ph_ref next_ref;
    ph_ref name_ref;          /* BYTES */
    ph_ref instance_ref;
    ph_ref arguments_ref;     /* TABLE_ITEMS of BYTES; [0] is the name the program sees */
    ph_ref environment_ref;   /* TABLE_ITEMS of BYTES "K=V" */
    ph_ref descriptors_ref;   /* TABLE_ITEMS, the device layer's */
    ph_ref main_thread_ref;
    ph_ref trap_text_ref;     /* BYTES: the trap and where, for people */
    ph_ref calls_ref;         /* threads that wait for their turn, linked by turn_ref */
    uint32_t state;           /* enum ph_program_state */
    uint32_t exit_code;
    uint32_t trap;
    uint32_t id;
    uint32_t is_reactor;      /* goes on living when its first threads have ended */
    ph_ref threads_ref;       /* first of its threads; linked by program_next_ref */
    ph_ref names_ref;         /* first DIRECTORY_ENTRY of what it was given: its own name for an
                               * entry of the root directory, which is the object */
    uint32_t is_finished;     /* has ended, and what it held was given back (program.h) */
    uint32_t unused;
};

enum ph_thread_state {
    PH_THREAD_READY = 0,      /* or running: that is not state of the world */
    PH_THREAD_WAITING = 1,    /* a native waits; it is started again when the event comes */
    PH_THREAD_FINISHED = 2,   /* results lie at the bottom of its stack */
    PH_THREAD_TRAPPED = 3,
    PH_THREAD_NEW = 4         /* not yet let run */
};

/* Bits of ph_thread.flags, changed atomically: by any thread. */
enum ph_thread_flag {
    PH_THREAD_PERMIT = 1,      /* the next park returns at once */
    PH_THREAD_INTERRUPTED = 2,
    PH_THREAD_SPAWNED = 4,     /* started by a program: an uncaught trap ends it alone */
    PH_THREAD_SHARED = 8,      /* a program may hold a reference to it: never freed by us */
    PH_THREAD_GRANTED = 16,    /* it was given the monitor that it wants to enter */
    PH_THREAD_RESERVE = 32     /* its stack may grow by the reserve: it is at making an exception
                                * because its stack is exhausted */
};

enum ph_wait_kind {
    PH_WAIT_NONE = 0,         /* until its turn on a worker comes again (a yield) */
    PH_WAIT_TIME = 1,         /* until deadline_ns */
    PH_WAIT_INPUT = 2,        /* until any input arrives (or deadline_ns) */
    PH_WAIT_DURABLE = 3,      /* until cut number wait_value is durable */
    PH_WAIT_GATE = 4,         /* until the console has room */
    PH_WAIT_THREAD = 5,       /* until thread wait_ref has ended */
    PH_WAIT_TURN = 6,         /* until the program's turn comes (queued calls) */
    PH_WAIT_CLASS = 7,        /* until another thread has initialised class wait_ref */
    PH_WAIT_PARK = 8,         /* until it is unparked */
    PH_WAIT_ENTER = 9,        /* until it can enter a monitor */
    PH_WAIT_NOTIFY = 10,      /* until it is notified */
    PH_WAIT_COLLECT = 11,     /* until a collection has ended: the old space is full */
    PH_WAIT_QUEUE = 12,       /* until a queue of references is given one */
    PH_WAIT_KINDS = 13
};

struct ph_thread {
    struct ph_object head;
    ph_ref next_ref, previous_ref; /* list of live threads */
    ph_ref program_ref;
    ph_ref chunk_ref;         /* the chunk that is run on */
    ph_ref function_ref;      /* what it was started with */
    ph_ref wait_ref;
    uint32_t state;           /* enum ph_thread_state */
    uint32_t wait_kind;       /* enum ph_wait_kind */
    uint64_t id;
    uint64_t deadline_ns;     /* on the world's monotonic clock; 0: none */
    uint64_t wait_value;
    uint64_t native_state[2]; /* a waiting native's own; zeroed when it finishes */
    uint32_t header_slot;     /* of the innermost frame, in its chunk; 0: none (not begun) */
    uint32_t trap;            /* enum ph_trap */
    uint32_t result_count;
    uint32_t depth_slots;     /* slots in the chunks below the current one (stack limit) */
    uint32_t started;         /* 1 when the first function was entered */
    ph_ref spare_ref;         /* a chunk kept for the next deep call */
    ph_ref turn_ref;          /* the next in the program's queue of calls; of one that has had its
                               * turn, or needs none: what its program calls it (Java's Thread) */
    ph_ref trap_text_ref;     /* BYTES, when trapped: the trap and where */
    uint32_t is_call;         /* of a reactor's export: kept until its results are read */
    ph_ref init_ref;          /* classes it is initialising, innermost first, by init_next_ref */
    ph_ref wait_next_ref, wait_previous_ref;       /* in a monitor's queue */
    ph_ref program_next_ref, program_previous_ref; /* in its program's list */
    uint32_t lock_word;       /* the word of an object that it has locked once (monitor.h), or 0 */
    uint32_t locks_held;      /* monitors entered and not left; this run's: in the worker */
    uint32_t flags;           /* enum ph_thread_flag */
    uint32_t wait_monitor;    /* number of the monitor whose queue it is in; 0: none */
};

/* What an object's word stands for while it cannot say it all itself (monitor.h). */
struct ph_monitor {
    struct ph_object head;
    uint32_t number;          /* index in the world's monitors_ref, from 1 */
    uint32_t hash;            /* identity hash of its object; 0: none yet */
    ph_ref owner_ref;         /* thread; 0: nobody */
    uint32_t entries;         /* how often the owner has entered */
    ph_ref enter_first_ref, enter_last_ref; /* threads that want to enter, in their order */
    ph_ref wait_first_ref, wait_last_ref;   /* threads that wait to be notified */
    uint32_t failures;        /* how often the first that wants to enter was woken in vain */
    uint32_t lost_word;       /* not a monitor: the word of a thread that ended holding locks */
};

/* ---- Stacks -----------------------------------------------------------------------------------
 * A chunk is a ph_bytes whose data begin with this, and then hold 8-byte slots (PH_STACK_BASE is
 * the first usable slot's index, so that slot index 0 means none).
 *
 * A frame is: locals (arguments first) | header (2 slots) | operand stack. The arguments are the
 * top of the caller's operand stack: the windows overlap, and the results replace the arguments.
 * i32/f32 lie zero-extended in their slot, a reference likewise.
 *
 * Canonical: when a thread does not run, every frame's operand values lie in their slots, `pc` of
 * the innermost frame is the offset of the instruction (a site) that it will execute next, and `pc`
 * of every other frame is the offset of its call, whose arguments became the next frame's
 * locals. */
struct ph_stack {
    ph_ref previous_ref;      /* the chunk below; 0: this is the first */
    uint32_t slots;           /* of the whole chunk, this struct included */
    uint32_t caller_header;   /* the header slot in the chunk below of the frame that called */
    uint32_t window_slot;     /* and the slot there that its results go to */
};
#define PH_STACK_BASE 2u

struct ph_frame_header {
    ph_ref instance_ref;
    uint32_t function;        /* index in the instance's unit */
    uint32_t pc;              /* offset in the function's code */
    uint32_t caller;          /* slots down to the caller's header (0: first frame of its chunk),
                               * and flags */
};
#define PH_FRAME_HEADER_SLOTS 2u
#define PH_FRAME_CALLER_MASK 0x1fffffffu
#define PH_FRAME_INITIALISER 0x80000000u /* of a class, or a link function: when it returns its
                                          * caller executes its instruction again; that site's
                                          * operands stay live */
#define PH_FRAME_THROWS 0x40000000u /* of a trap function: what it returns is thrown in its caller,
                                     * which rests at the instruction that trapped */
#define PH_FRAME_DROPS 0x20000000u /* called in the place of a native that has no results: what it
                                    * returns goes nowhere; its caller's window may have no room */

/* The console's queue: output that is not yet known to have left. A ring of records in an extent:
 * u32 (stream << 28 | length), then the bytes, unpadded. */
struct ph_console {
    struct ph_object head;
    uint64_t offset, capacity_bytes;
    uint64_t head_offset;     /* running offset of the ring where the next record goes */
    uint64_t tail_offset;     /* everything before has left for sure */
    uint64_t tail_payload;    /* bytes of payload before tail_offset, over the image's life */
    uint64_t head_payload;
};

struct ph_directory_entry {
    struct ph_object head;
    ph_ref next_ref, name_ref, object_ref;
    uint32_t unused;
};

struct ph_box {
    struct ph_object head;
    uint64_t value;
};

/* What a program sees of a trap. Programs may derive classes from it. */
struct ph_error_object {
    struct ph_object head;
    uint32_t trap;            /* enum ph_trap */
    ph_ref text_ref;          /* BYTES, for people: what and where */
    ph_ref trace_ref;         /* array of i64, two per frame, innermost first: instance id << 32 |
                               * function, then pc; 0: none */
};
#define PH_TRACE_FRAMES_MAX 1024u

_Static_assert(sizeof(struct ph_object) == 8, "stored");
_Static_assert(sizeof(struct ph_world) == 104, "stored");
_Static_assert(sizeof(struct ph_unit_object) == 40, "stored");
_Static_assert(sizeof(struct ph_instance) == 48, "stored");
_Static_assert(sizeof(struct ph_function_object) == 24, "stored");
_Static_assert(sizeof(struct ph_memory) == 48, "stored");
_Static_assert(sizeof(struct ph_table) == 24, "stored");
_Static_assert(sizeof(struct ph_global_object) == 24, "stored");
_Static_assert(sizeof(struct ph_program) == 80, "stored");
_Static_assert(sizeof(struct ph_thread) == 152, "stored");
_Static_assert(sizeof(struct ph_monitor) == 48, "stored");
_Static_assert(sizeof(struct ph_stack) == PH_STACK_BASE * 8, "stored");
_Static_assert(sizeof(struct ph_frame_header) == PH_FRAME_HEADER_SLOTS * 8, "stored");
_Static_assert(sizeof(struct ph_console) == 56, "stored");
_Static_assert(sizeof(struct ph_error_object) == 20, "stored");

/* The descriptions of all of the above, for ph_heap_format. */
extern const struct ph_class_info ph_machine_classes[];
extern const uint32_t ph_machine_class_count;

#endif
