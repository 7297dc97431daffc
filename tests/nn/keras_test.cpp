// The Keras block of that question against Keras 3.
#include "reszoo/nn/keras.h"

#include <gtest/gtest.h>

#include "reszoo/nn/surgery.h"
#include "support/fixture.h"
#include "support/support.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(KerasBlock, EqualsKerasInTrainingAndEvaluation) {
  const auto fixture = read_fixture("keras_block");
  for (const auto& entry : fixture.at("cases")) {
    const auto& o = entry.at("options");
    SCOPED_TRACE(o.dump() + entry.at("input_shape").dump());
    auto block = keras_residual_block(o.at("channels"), o.at("filters"), o.at("downsample"), o.at("kernel_size"));
    fill_module(*block);
    const auto x = uniform("input", entry.at("input_shape").get<std::vector<int64_t>>());
    const auto numbers = [&](const char* name) { return entry.at(name).get<std::vector<double>>(); };
    const int64_t stride = entry.at("stride");

    block->eval();
    EXPECT_EQ(block(x).sizes(), entry.at("output_shape").get<std::vector<int64_t>>());
    expect_close(block(x), numbers("eval_output"), 1e-5, stride, "eval");
    block->train();
    const auto y = block(x);
    expect_close(y, numbers("train_output"), 1e-5, stride, "train");
    for (const auto& [key, values] : entry.at("moving").items())
      expect_close(block->named_buffers()[key], values.get<std::vector<double>>(), 1e-5, 1, key);

    (y * uniform("loss", y.sizes())).sum().backward();
    for (const auto& item : block->named_parameters())
      EXPECT_NEAR(item.value().grad().norm().item<double>(), entry.at("gradient_norms").at(item.key()).get<double>(),
                  5e-4)
          << item.key();
  }
}

TEST(KerasBlock, NeedsDownsamplingForAnotherWidth) {
  expect_error(ErrorKind::usage, "without downsampling in must equal filters, got in=4, filters=6",
               [] { keras_residual_block(4, 6, false); });
}
