# The bridge and the host's side of the serial line, against the Verilated top of a board.
BOARD_TEST_DIR := $(BUILD)/tests/board
TESTS += $(BOARD_TEST_DIR)/test_board tests/board/test_serial_train.sh
$(BOARD_TEST_DIR)/test_board: tests/board/test_board.c $(BUILD)/host/libcurta_serial.a
	@mkdir -p $(@D)
	$(CC) $(ALLC) $^ -o $@
$(BOARD_TEST_DIR)/test_board: | $(BOARD_DIR)/sim_tiny
test-build: $(BUILD)/board/sim_tiny $(BUILD)/curta-golden
