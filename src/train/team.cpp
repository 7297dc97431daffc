#include "train/team.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "reszoo/base/error.h"

namespace reszoo::detail {
namespace {

/// Returns the slices of this process. Throws: Error (usage) if the processes cannot share them.
BatchSlices slices_of(const TrainerOptions& options) {
  const int64_t size = options.group ? options.group->size() : 1, rank = options.group ? options.group->rank() : 0;
  const auto of = options.shards > 0 ? options.shards : size;
  if (of % size != 0 || (options.shards > 0 && (size & (size - 1)) != 0))
    fail(ErrorKind::usage, "Trainer: {} shards cannot be divided among {} processes", of, size);
  if (of > 1 && options.batch_size < 2 * of)
    fail(ErrorKind::usage, "Trainer: batch_size must be at least {}, two rows for each of {} {}, got {}", 2 * of, of,
         options.shards > 0 ? "shards" : "processes", options.batch_size);
  return {.first = of / size * rank, .count = of / size, .of = of};
}

/// Returns the name and the values of the first difference; "" if there is none.
std::string difference(const nlohmann::ordered_json& first, const nlohmann::ordered_json& other) {
  const auto text = [](const nlohmann::ordered_json& all, const std::string& key) {
    return all.contains(key) ? all.at(key).dump() : std::string("nothing");
  };
  for (const auto* all : {&first, &other})
    for (const auto& [key, value] : all->items())
      if (text(first, key) != text(other, key))
        return fmt::format("{} is {}, rank 0 has {}", key, text(other, key), text(first, key));
  return "";
}

}  // namespace

Team::Team(const TrainerOptions& options)
    : group_(options.group && options.group->size() > 1 ? options.group : nullptr), slices_(slices_of(options)) {}

void Team::share_weights(const nn::Module& module) const {
  if (!group_) return;
  group_->broadcast(module.parameters(), 0);
  group_->broadcast(module.buffers(), 0);
}

void Team::require_same(const nlohmann::ordered_json& given) const {
  if (!group_) return;
  const auto all = group_->gather(given.dump());
  const auto first = nlohmann::ordered_json::parse(all.front());
  for (int rank = 1; rank < size(); ++rank)
    if (const auto text = difference(first, nlohmann::ordered_json::parse(all[static_cast<size_t>(rank)]));
        !text.empty())
      fail(ErrorKind::usage, "rank {} on host {} was started differently: {}", rank, group_->host(rank), text);
}

void Team::in_first(const std::function<void()>& action) const {
  if (!group_) return action();
  std::optional<Error> failure;
  if (is_first()) try {
      action();
    } catch (const Error& error) {
      failure = error;
    }
  const auto kind = from_first(std::vector<double>{failure ? static_cast<double>(failure->kind()) : -1}).front();
  if (kind < 0) return;
  const auto text = from_first([&] { return Bytes::own(failure->what()); });
  throw Error(static_cast<ErrorKind>(kind), std::string(text.view()));
}

std::vector<double> Team::from_first(std::vector<double> values) const {
  if (!group_) return values;
  const auto all = at::tensor(values, at::kDouble);
  group_->broadcast({all}, 0);
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

Bytes Team::from_first(const std::function<Bytes()>& bytes) const {
  if (!group_) return bytes();
  const auto own = is_first() ? std::optional(bytes()) : std::nullopt;
  const auto size = from_first(std::vector<double>{own ? static_cast<double>(own->size()) : 0}).front();
  auto all = at::empty({static_cast<int64_t>(size)}, at::kByte);
  auto* data = static_cast<char*>(all.mutable_data_ptr());
  if (own) std::memcpy(data, own->view().data(), own->size());
  group_->broadcast({all}, 0);
  return Bytes::own(std::string(data, static_cast<size_t>(all.numel())));
}

std::vector<double> Team::weights_of_slices(const Batch& batch) const {
  std::vector<double> weights(batch.slice_rows.begin(), batch.slice_rows.end());
  const bool known = std::ranges::all_of(weights, [](double rows) { return rows >= 0; });
  if (known && !batch.weights.defined()) return weights;
  const auto own = static_cast<size_t>(slices_.first), end = own + static_cast<size_t>(slices_.count);
  int64_t first = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (i < own || i >= end) {
      weights[i] = 0;
      continue;
    }
    const auto rows = batch.slice_rows[i];
    if (batch.weights.defined()) weights[i] = batch.weights.narrow(0, first, rows).sum().item<double>();
    first += rows;
  }
  if (!group_) return weights;
  auto all = at::tensor(weights, at::kDouble);
  group_->all_reduce(all);
  return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

}  // namespace reszoo::detail
