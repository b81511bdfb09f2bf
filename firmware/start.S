# SPDX-License-Identifier: Apache-2.0
# start.S - reset entry of a program on the control core: sp, gp, .data, .bss, traps, main(), exit(result)
# A trap that no handler was set for ends the program with its cause: exit(64 + cause).
    .option arch, +zicsr
    .section .init, "ax"
    .globl _start
_start:
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      sp, __stack_top
    la      t0, unexpected
    csrw    mtvec, t0
    csrw    mie, zero
    la      t0, __data_load
    la      t1, __data_start
    la      t2, __data_end
1:  bgeu    t1, t2, 2f
    lw      t3, 0(t0)
    sw      t3, 0(t1)
    addi    t0, t0, 4
    addi    t1, t1, 4
    j       1b
2:  la      t1, __bss_start
    la      t2, __bss_end
3:  bgeu    t1, t2, 4f
    sw      zero, 0(t1)
    addi    t1, t1, 4
    j       3b
4:  li      a0, 0
    li      a1, 0
    call    main
    tail    _exit

    .align 2
    .globl unexpected
unexpected:
    csrr    a0, mcause
    andi    a0, a0, 63
    addi    a0, a0, 64
    tail    _exit
