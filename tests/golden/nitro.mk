# NITRO-D: law, operators and reference against the official vectors, and what those do not reach.
NITRO_TEST := $(BUILD)/tests/golden
$(NITRO_TEST)/test_nitro_vectors: $(addprefix $(NITRO_TEST)/,test_nitro_vectors.o nitro_set.o nitro_replay.o npy.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(NITRO_TEST)/test_nitro_vectors
$(NITRO_TEST)/test_nitro: $(addprefix $(NITRO_TEST)/,test_nitro.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(NITRO_TEST)/test_nitro
