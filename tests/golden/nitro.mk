# NITRO-D: law, operators and reference against the official vectors, and what those do not reach.
NITRO_TEST := $(BUILD)/tests/golden
$(NITRO_TEST)/test_nitro_vectors: $(addprefix $(NITRO_TEST)/,test_nitro_vectors.o nitro_set.o nitro_replay.o npy.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(NITRO_TEST)/test_nitro_vectors
$(NITRO_TEST)/test_nitro: $(addprefix $(NITRO_TEST)/,test_nitro.o bench.o) $(GOLDEN_LIB)
	$(CC) $(CFLAGS) $^ -lpthread -o $@
TESTS += $(NITRO_TEST)/test_nitro
# What the tests of tests/sim and tests/hls that read these vectors share.
NITRO_SIM_OBJ := $(addprefix $(BUILD)/tests/sim/,pair.o nitro_ops.o nitro_pooling.o nitro_probe.o) $(addprefix $(NITRO_TEST)/,nitro_set.o npy.o)
