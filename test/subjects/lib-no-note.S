/* A library without a .note.GNU-stack section: the GNU linkers and lld, gold and mold differ on what that asks for. */
        .text
        .globl lib_no_note
        .type lib_no_note, %function
lib_no_note:
        ret
        .size lib_no_note, . - lib_no_note
