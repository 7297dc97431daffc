// Reads the fixtures of tests/reference and compares results with them.
#pragma once
#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "reference/fill.h"
#include "reszoo/weights/state_dict.h"

namespace reszoo::test {

inline nlohmann::json read_fixture(const std::string& name) {
  std::ifstream file(std::string(RESZOO_FIXTURES) + "/" + name + ".json");
  EXPECT_TRUE(file) << "no fixture " << name;
  return nlohmann::json::parse(file);
}

/// Decodes the hexadecimal digits of a fixture.
inline std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

/// Decodes the base64 of a fixture.
inline std::string from_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t held = 0;
  int bits = 0;
  for (const char digit : text) {
    if (digit == '=') break;
    held = held << 6 | static_cast<uint32_t>(kDigits.find(digit));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xff);
  }
  return bytes;
}

/// Gives every parameter and buffer the value that it has in the fixture's script.
inline void fill_module(const torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  for (auto& item : state_of(module)) item.value().copy_(fill(item.key(), item.value().sizes()));
}

/// Expects every `stride`-th value of `actual` to equal the expected value within `tolerance` times the largest
/// expected value.
inline void expect_close(const at::Tensor& actual, const std::vector<double>& expected, double tolerance,
                         int64_t stride = 1, const std::string& what = "") {
  const auto reference = torch::tensor(expected, torch::kDouble);
  const auto numbers = actual.detach().to(torch::kDouble).flatten().slice(0, 0, std::nullopt, stride);
  ASSERT_EQ(numbers.numel(), reference.numel()) << what;
  const double scale = reference.abs().max().item<double>();
  EXPECT_LE((numbers - reference).abs().max().item<double>(), tolerance * scale) << what << ", scale " << scale;
}

}  // namespace reszoo::test
