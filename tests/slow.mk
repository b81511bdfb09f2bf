# Slow checks and measurements; their results are committed under docs/data.
.PHONY: test-steps test-networks performance bench waves
test-steps: $(BUILD)/curta ## whole training steps: RTL = golden for MLP, LeNet, a VGG and NITRO-D in all configurations (goes on where it stopped)
	@BUILD=$(BUILD) tests/steps.sh docs/data/steps.txt
test-networks: $(BUILD)/curta ## 500 random networks with random options on golden beside RTL, timing model, SystemC or HLS, in lock-step
	@tests/tools/random_nets.py --count 500 --seed 1000
performance: $(BUILD)/curta ## measure training steps on the RTL (an hour) and write docs/performance.md
	@$(PY) tools/performance.py run
	@$(PY) tools/performance.py speed
	@$(PY) tools/performance.py write
bench: $(BUILD)/curta bench-golden ## a quick look: LeNet on rtl:base by layer and pass, speed of the golden device
	@$(BUILD)/curta bench --net nets/lenet.net --batch 32 --device rtl:base --steps 2
# Only the configuration that is looked at is built (about a minute); fst.py reads the file back.
waves: ## waves of one training step: make waves NET=nets/mlp.net CONFIG=tiny BATCH=8 -> build/waves.fst
	@$(MAKE) --no-print-directory SIM_CONFIGS=$(or $(CONFIG),tiny) $(BUILD)/curta-trace
	@$(BUILD)/curta-trace bench --net $(or $(NET),nets/vgg3.net) --batch $(or $(BATCH),8) --steps 1 --device rtl:$(or $(CONFIG),tiny) --trace $(BUILD)/waves.fst --quiet >$(BUILD)/waves.log
	@$(PY) tests/sim/fst.py $(BUILD)/waves.fst clk_i rst_ni state_q m_araddr_o m_wdata_o
	@echo "look at them: gtkwave $(BUILD)/waves.fst"
