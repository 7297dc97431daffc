// Tables and images of a second's training.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reszoo/base/atomic_file.h"
#include "run_tool.h"
#include "support/support.h"

namespace reszoo::test {

/// A table as text: a header, and rows of cells.
struct TextTable {
  Words header;
  std::vector<Words> rows;

  size_t place(const std::string& name) const {
    for (size_t i = 0; i < header.size(); ++i)
      if (header[i] == name) return i;
    fail(ErrorKind::usage, "TextTable: no column {}", name);
  }

  /// As CSV, with these columns in this order; all without any.
  std::string csv(Words columns = {}) const {
    if (columns.empty()) columns = header;
    auto text = fmt::format("{}\n", fmt::join(columns, ","));
    for (const auto& row : rows) {
      Words cells;
      for (const auto& name : columns) cells.push_back(row[place(name)]);
      text += fmt::format("{}\n", fmt::join(cells, ","));
    }
    return text;
  }
};

/// Goods with two numbers (one with gaps), a category with gaps, and three
/// targets: a number, one of two words, one of three.
inline TextTable goods(int count) {
  TextTable table{{"size", "age", "colour", "price", "sold", "grade"}, {}};
  for (int i = 0; i < count; ++i) {
    const double size = 1 + 3 * std::fmod(i * 0.618034, 1.0);
    const std::string colour = i % 11 == 5 ? "" : Words{"red", "green", "blue"}[i % 3];
    const double price = 10 * size + (colour == "green" ? 5 : 0) + 0.01 * i;
    table.rows.push_back({fmt::format("{:.3f}", size), i % 7 == 3 ? "" : fmt::format("{}", i * 37 % 50 + 0.5), colour,
                          fmt::format("{:.2f}", price), size > 2.5 ? "yes" : "no",
                          size < 2   ? "low"
                          : size < 3 ? "middle"
                                     : "high"});
  }
  return table;
}

/// Columns that a model is given; the others are targets.
inline const Words kInputs = {"size", "age", "colour"};

/// What keeps a run short and the same everywhere.
inline const Words kQuick = {
    "--recipe", "paper",  "--epochs",       "2",        "--batch-size",   "16",      "--threads", "1", "--device",
    "cpu",      "--json", "--model-kwargs", "width=16", "--model-kwargs", "blocks=1"};

/// Words of a command line in which later options replace earlier ones.
inline Words with(const Words& words, const Words& later) {
  Words result;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool replaced = words[i].starts_with("--") && words[i] != "--model-kwargs" &&
                          std::find(later.begin(), later.end(), words[i]) != later.end();
    if (replaced) ++i;  // its value too
    else result.push_back(words[i]);
  }
  return result + later;
}

/// A folder with data.csv, and a run to train on one of its targets.
struct Goods {
  TempDir folder;
  TextTable table;
  std::string target;

  explicit Goods(std::string target_name = "price", int count = 120)
      : table(goods(count)), target(std::move(target_name)) {
    write_file(folder / "data.csv", table.csv(kInputs + Words{target}));
  }

  std::string at(const std::string& name) const { return (folder / name).string(); }
  std::string model() const { return at("out/model.safetensors"); }
  Words train(const Words& more = {}) const {
    return with(Words{"train", "--data", at("data.csv"), "--target", target} + kQuick, more);
  }
  /// Trains into out/.
  ToolResult trained(const Words& more = {}) const { return expect_success(train(Words{"--out", at("out")} + more)); }
};

inline std::string idx(uint32_t magic, std::vector<uint32_t> shape, const std::string& data) {
  shape.insert(shape.begin(), magic);
  std::string text;
  for (const auto number : shape)
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xff);
  return text + data;
}

/// Grey 8x8 images of two classes, dark and bright, as IDX files.
inline void put_images(const std::filesystem::path& folder, uint32_t train = 40, uint32_t test = 20) {
  std::filesystem::create_directories(folder);
  for (const auto& [split, count] : {std::pair("train", train), std::pair("t10k", test)}) {
    std::string pixels, labels;
    for (uint32_t i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 2);
      for (uint32_t p = 0; p < 64; ++p) pixels += static_cast<char>((i % 2) * 120 + (i * 7 + p * 13) % 100);
    }
    write_file(folder / fmt::format("{}-images-idx3-ubyte", split), idx(0x0803, {count, 8, 8}, pixels));
    write_file(folder / fmt::format("{}-labels-idx1-ubyte", split), idx(0x0801, {count}, labels));
  }
}

/// A run on images that are changed by chance, by threads, through a network with chance in it: what
/// a resume has to repeat. 8 epochs of 5 steps.
inline Words chancy_run(const std::string& data, const std::string& out, const Words& more = {}) {
  const Words run{"train",    "--model", "cifar_resnet20", "--data", data, "--out", out,
                  "--epochs", "8",       "--batch-size",   "8"};
  const Words chance{"--model-kwargs", "drop_path=0.2", "--mixup",        "0.2",
                     "--reprob",       "0.3",           "--auto-augment", "rand:2,9"};
  const Words how{"--model-ema-decay", "0.9", "--checkpoint-hist", "2", "--checkpoint-every", "0.05", "--workers", "2"};
  return with(run + chance + how + Words{"--threads", "1", "--device", "cpu", "--json"}, more);
}

}  // namespace reszoo::test
