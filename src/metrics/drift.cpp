#include "reszoo/metrics/drift.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "reszoo/base/error.h"

namespace reszoo {
namespace {

constexpr double kLeastShare = 1e-4;
constexpr size_t kComparedWords = 20;

using BinCounts = std::vector<int64_t>;

double rows_in(const BinCounts& bins) {
  return static_cast<double>(std::accumulate(bins.begin(), bins.end(), int64_t{0}));
}

/// Returns the value that chi-squared with `freedom` degrees of freedom stays below 99 times in 100.
/// Source: Wilson and Hilferty 1931, "The distribution of chi-square".
double chi_squared_99(double freedom) {
  const double deviation = 2 / (9 * freedom), normal_99 = 2.3263478740408408;
  return freedom * std::pow(1 - deviation + normal_99 * std::sqrt(deviation), 3);
}

/// Returns the places of the most frequent words, without the word for missing values.
std::vector<size_t> frequent_words(const ColumnSummary& column) {
  std::vector<size_t> places;
  for (size_t i = 0; i < column.words.size(); ++i)
    if (!column.words[i].empty()) places.push_back(i);
  std::stable_sort(places.begin(), places.end(),
                   [&](size_t a, size_t b) { return column.counts[a] > column.counts[b]; });
  places.resize(std::min(places.size(), kComparedWords));
  return places;
}

}  // namespace

DriftLevel ColumnDrift::level() const {
  if (psi < some_drift || psi < chance) return DriftLevel::none;
  return psi < much_drift ? DriftLevel::some : DriftLevel::much;
}

double population_stability_index(const BinCounts& before, const BinCounts& later) {
  const double rows_before = rows_in(before), rows_later = rows_in(later);
  const auto share = [](int64_t rows, double all) {
    return std::max({static_cast<double>(rows) / all, kLeastShare, 0.5 / all});
  };
  double index = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    const double a = share(before[i], rows_before), b = share(later[i], rows_later);
    index += (b - a) * std::log(b / a);
  }
  return index;
}

double stability_index_by_chance(const BinCounts& before, const BinCounts& later) {
  int64_t used = 0;
  for (size_t i = 0; i < before.size(); ++i) used += before[i] > 0 || later[i] > 0;
  if (used < 2) return 0;
  return chi_squared_99(static_cast<double>(used - 1)) * (1 / rows_in(before) + 1 / rows_in(later));
}

/// The rows of one column in the bins of its training rows. The last bin is of rows without a value.
class DriftCounts::Counts {
 public:
  explicit Counts(const ColumnSummary& column) : name_(column.name) {
    if (column.kind == "category") set_words(column);
    else set_numbers(column);
    later_.assign(before_.size(), 0);
  }

  const std::string& name() const { return name_; }

  void add(const Column& column) {
    const auto bins = lookup_ ? bins_of_words(column) : bins_of_numbers(column);
    const auto counts = bins.bincount({}, std::ssize(later_));
    for (size_t i = 0; i < later_.size(); ++i) later_[i] += counts.const_data_ptr<int64_t>()[i];
  }

  ColumnDrift drift() const {
    return {.column = name_,
            .psi = population_stability_index(before_, later_),
            .chance = stability_index_by_chance(before_, later_),
            .missing_before = static_cast<double>(before_.back()) / rows_in(before_),
            .missing = static_cast<double>(later_.back()) / rows_in(later_),
            .unseen = static_cast<double>(unseen_) / rows_in(later_)};
  }

 private:
  void set_numbers(const ColumnSummary& column) {
    edges_ = at::tensor(column.edges, at::kDouble);
    before_ = column.counts;
    const double present = rows_in(before_), missing = column.missing.value_or(0);
    before_.push_back(std::llround(present * missing / (1 - missing)));
  }

  void set_words(const ColumnSummary& column) {
    lookup_ = std::make_shared<const WordLookup>(column.words);
    const auto shown = frequent_words(column);
    const int64_t others = std::ssize(shown), none = others + 1;
    before_.assign(static_cast<size_t>(none + 1), 0);
    std::vector<int64_t> bins(column.words.size() + 1, others);  // by code; the last one is -1, an unseen word
    for (size_t i = 0; i < shown.size(); ++i) bins[shown[i]] = static_cast<int64_t>(i);
    for (size_t i = 0; i < column.words.size(); ++i) {
      if (column.words[i].empty()) bins[i] = none;
      before_[static_cast<size_t>(bins[i])] += column.counts[i];
    }
    // Missing values may be too rare for a code: then they are among the rare words.
    const auto all = rows_in(before_) + static_cast<double>(column.rare);
    const auto missing = std::llround(column.missing.value_or(0) * all);
    before_[static_cast<size_t>(others)] += column.rare - (missing - before_.back());
    before_.back() = missing;
    bin_of_code_ = at::tensor(bins, at::kLong);
  }

  Tensor bins_of_numbers(const Column& column) const {
    const auto bins = at::searchsorted(edges_, column.numbers.contiguous());
    return bins.masked_fill(column.numbers.isfinite().logical_not(), std::ssize(later_) - 1);
  }

  Tensor bins_of_words(const Column& column) {
    const auto codes = lookup_->find(column), missing = column.missing();
    unseen_ += codes.lt(0).logical_and(missing.logical_not()).sum().item<int64_t>();
    return bin_of_code_.index({codes}).masked_fill(missing, std::ssize(later_) - 1);
  }

  std::string name_;
  Tensor edges_ = {}, bin_of_code_ = {};
  std::shared_ptr<const WordLookup> lookup_ = nullptr;  ///< of categories
  BinCounts before_ = {}, later_ = {};
  int64_t unseen_ = 0;
};

DriftCounts::DriftCounts(const TablePreprocess& table) : table_(table) {
  for (const auto& column : table.summaries())
    if (!column.counts.empty()) columns_.emplace_back(column);
}

DriftCounts::~DriftCounts() = default;
DriftCounts::DriftCounts(DriftCounts&&) noexcept = default;
DriftCounts& DriftCounts::operator=(DriftCounts&&) noexcept = default;

bool DriftCounts::is_known() const { return !columns_.empty(); }

void DriftCounts::add(const Frame& rows) {
  if (!is_known()) return;
  const auto read = table_.read(rows);
  for (auto& column : columns_) column.add(read.at(column.name()));
  rows_ += rows.rows();
}

std::vector<ColumnDrift> DriftCounts::columns() const {
  std::vector<ColumnDrift> found;
  if (rows_ == 0) return found;
  for (const auto& column : columns_) found.push_back(column.drift());
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.psi > b.psi; });
  return found;
}

std::vector<ColumnDrift> drift(const TablePreprocess& table, const Frame& rows) {
  DriftCounts counts(table);
  counts.add(rows);
  return counts.columns();
}

}  // namespace reszoo
