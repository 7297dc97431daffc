#include <atomic>
#include <nlohmann/json.hpp>

#include "c/call.h"
#include "c/options.h"
#include "c/runtime/handles.h"

using namespace reszoo;
using c::given;
using c::guarded;
using nlohmann::ordered_json;

namespace {

std::atomic<int> threads_of_models = 0;

std::string card_of(const RuntimeModel& model) {
  ordered_json card{{"network", model.name()}, {"reads", model.reads()}};
  if (model.predicts()) {
    card["task"] = model.task();
    card["target"] = fmt::format("{}", fmt::join(model.targets(), ", "));
    card["classes"] = model.classes();
  }
  for (const auto& name : model.columns()) card["columns"].push_back({{"name", name}});
  return card.dump();
}

}  // namespace

const char* reszoo_version() { return RESZOO_VERSION; }

const char* reszoo_error() { return c::last_error(); }

reszoo_status reszoo_set_threads(int threads) {
  return guarded([&] {
    if (threads < 0) fail(ErrorKind::usage, "threads: must be 0 or more, got {}", threads);
    threads_of_models = threads;
  });
}

reszoo_status reszoo_load(const char* path, const char* options, reszoo_model** model) {
  return guarded([&] {
    auto& to = given(model, "model");
    c::Options choices(options);
    RuntimeOptions how{.threads = threads_of_models};
    how.precision = parse_precision(choices.take<std::string>("precision").value_or("automatic"));
    how.verify = choices.take<bool>("verify").value_or(true);
    choices.finish();
    auto loaded = RuntimeModel::load(&given(path, "path"), how);
    auto card = card_of(loaded);
    to = new reszoo_model{std::move(loaded), std::move(card)};
  });
}

void reszoo_free_model(reszoo_model* model) { delete model; }

const char* reszoo_describe(const reszoo_model* model) { return model == nullptr ? "" : model->card.c_str(); }
