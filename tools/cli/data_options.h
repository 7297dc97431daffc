/// Where the rows come from and what is made of them, as the command line says it.
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reszoo/data/split.h"
#include "reszoo/data/table.h"
#include "reszoo/preprocess/target.h"

namespace reszoo::cli {

/// Where the data is and how it is read.
struct DataOptions {
  std::string data, validation, test;  ///< a path, or a fraction of `data` ("" is none)
  std::vector<std::string> target;     ///< the columns to predict
  std::string task, scaling = "quantile";
  std::vector<std::string> classes;                     ///< their order
  std::vector<double> quantiles;                        ///< of the task `quantile`
  std::vector<std::string> numeric, categorical, ignore;
  std::optional<int64_t> rare;                          ///< rows below which a word is rare
  std::string weight, stratify, group, time;            ///< columns
  bool plain = false;                                   ///< classes are not stratified
  TableReadOptions table;
  uint64_t seed = 0;
};

void add_data_options(CLI::App& app, DataOptions& options);

/// The text as a fraction in [0, 1), or nothing if it is no number.
/// Throws: Error (usage) naming `option` for another number.
std::optional<double> fraction_of(const std::string& text, const char* option);

/// What the options say of the target.
TargetOptions target_options(const DataOptions& options);

/// By what the table's rows are parted. `target`: fitted on all of them; where it
/// has classes and no option says otherwise, these are stratified.
SplitRule split_rule(const DataOptions& options, const Frame& table, const Target& target);

/// The parts of so many rows, by the fractions that the options say.
Split split_of(const DataOptions& options, int64_t rows, const SplitRule& rule);

}  // namespace reszoo::cli
