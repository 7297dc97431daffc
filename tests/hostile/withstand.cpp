#include "withstand.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "reszoo/base/atomic_file.h"
#include "reszoo/base/error.h"

namespace reszoo::test {
namespace {

constexpr double kMostSeconds = 5;

size_t setting(const char* name, size_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Reads every value of small tensors and both ends of large ones, so that the sanitizer checks their memory.
void touch(const StateDict& state) {
  for (const auto& item : state) {
    const auto& tensor = item.value();
    if (tensor.numel() == 0) continue;
    if (tensor.numel() < 100'000) tensor.contiguous();
    auto last = tensor;
    while (last.dim() > 0) last = last.select(0, last.size(0) - 1);
    last.clone();
  }
}

bool same(const StateDict& a, const StateDict& b) {
  if (a.keys() != b.keys()) return false;
  return std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
    const auto left = x.value().resolve_conj().resolve_neg().contiguous();
    const auto right = y.value().resolve_conj().resolve_neg().contiguous();
    return left.scalar_type() == right.scalar_type() && left.sizes() == right.sizes() &&
           (left.numel() == 0 || std::memcmp(left.const_data_ptr(), right.const_data_ptr(), left.nbytes()) == 0);
  });
}

/// Reads a mutant, and checks what the comment at the top of this file promises. Returns whether it was read.
bool read_mutant(const Reader& reader, const Mutant& mutant, const std::string& original, bool verify) {
  const auto started = std::chrono::steady_clock::now();
  bool was_read = false;
  ::alarm(60);  // a hang ends the test
  try {
    const auto state = reader.read(mutant.bytes, verify);
    touch(state);
    was_read = true;
    if (reader.has_checksums && verify && !mutant.checksums_fit && !same(state, reader.read(original, verify)))
      ADD_FAILURE() << "damage was read in silence";
  } catch (const Error& error) {
    const bool asks = std::string_view(error.what()).find("--key") != std::string_view::npos;  // which state to read
    EXPECT_EQ(error.kind(), asks ? ErrorKind::usage : ErrorKind::file) << error.what();
    EXPECT_LT(std::string_view(error.what()).size(), 1000u);
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another exception: " << error.what();
  }
  ::alarm(0);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(), kMostSeconds);
  return was_read;
}

/// Writes the undamaged files as seeds for libFuzzer, if requested.
void write_seeds(const std::vector<std::string>& originals) {
  const char* folder = std::getenv("RESZOO_SEEDS");
  if (!folder) return;
  std::filesystem::create_directories(folder);
  const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
  for (size_t i = 0; i < originals.size(); ++i)
    write_file(std::filesystem::path(folder) / fmt::format("{}-{}", name, i), originals[i]);
}

}  // namespace

size_t memory(const std::string& figure) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(figure + ":")) return std::strtoull(line.c_str() + figure.size() + 1, nullptr, 10) * 1024;
  return 0;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

void expect_withstands(const Reader& reader, const std::vector<std::string>& originals) {
  const size_t from = setting("RESZOO_MUTATION_FROM", 0), count = setting("RESZOO_MUTATIONS", 2000);
  write_seeds(originals);
  for (const auto& original : originals) ASSERT_FALSE(reader.read(original, false).is_empty());
  size_t was_read = 0, largest = 0;
  forget_peak();
  const size_t before = memory("VmRSS");
  for (size_t i = from; i < from + count && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("RESZOO_MUTATION_FROM=" + std::to_string(i));
    Random random(i);
    const auto& original = originals[i % originals.size()];
    const auto mutant = reader.mutate(original, random);
    largest = std::max(largest, mutant.bytes.size());
    for (const bool verify : {true, false}) was_read += read_mutant(reader, mutant, original, verify);
  }
  const size_t growth = memory("VmHWM") - std::min(before, memory("VmHWM"));
  EXPECT_LT(growth, largest + kMostGrowth);
  std::printf("%zu mutations read with and without verify: %zu accepted, %zu refused; memory grew by %zu MiB\n", count,
              was_read, 2 * count - was_read, growth >> 20);
}

}  // namespace reszoo::test
