// The tool serve: it says where it answers, and ends well at a signal.
#include <gtest/gtest.h>

#include <csignal>

#include "small_data.h"

using namespace reszoo;
using namespace reszoo::test;

TEST(ServeTool, EndsWellAtSigterm) {
  const Goods goods;
  goods.trained();
  const auto result = expect_success({"serve", "--weights", goods.model(), "--port", "0", "--json"},
                                     {.signal_when = "answers for", .signal = SIGTERM});
  const auto lines = result.error_lines();
  ASSERT_EQ(lines.size(), 2u) << result.err;
  EXPECT_TRUE(lines[0].starts_with("serve: http://127.0.0.1:")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with("answers for out")) << lines[0];
  EXPECT_EQ(result.json().at("models"), nlohmann::json({"out"}));
}

TEST(ServeTool, TakesThePrecision) {
  const Goods goods;
  goods.trained();
  const Words serve{"serve", "--weights", goods.model(), "--port", "0"};
  expect_success(serve + Words{"--precision", "bfloat16"}, {.signal_when = "answers for", .signal = SIGTERM});
  expect_failure(1, serve + Words{"--precision", "int8"}, {"int8 needs a quantization"});
}

TEST(ServeTool, SaysWhatIsWrong) {
  const TempDir folder;
  const auto path = (folder / "m.safetensors").string();
  expect_failure(1, {"serve", "--weights", path}, {path, "does not exist"});
  write_file(path, "no model");
  expect_failure(1, {"serve", "--weights", path, "--port", "0"}, {path});
  write_file(folder / "token", "\n");
  expect_failure(1, {"serve", "--weights", path, "--token-file", (folder / "token").string()}, {"token", "no token"});
  expect_failure(2, {"serve"}, {"--weights"});
  expect_failure(2, {"serve", "--weights", path, "--port", "70000"}, {"--port"});
  expect_failure(2, {"serve", "--weights", path, "--tls-cert", path}, {"--tls-key"});
}
