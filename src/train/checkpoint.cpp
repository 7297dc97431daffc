#include "reszoo/train/checkpoint.h"

#include <limits>
#include <sstream>

#include "reszoo/base/error.h"
#include "reszoo/weights/model_file.h"

namespace reszoo {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no NaN: it is written as null.
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Json to_json(const EpochRecord& record) {
  Json json{{"epoch", record.epoch}, {"step", record.step}, {"loss", record.loss}, {"lr", record.lr}};
  if (!record.metrics.empty()) json["val"] = Json::object();
  for (const auto& [name, value] : record.metrics) json["val"][name] = value;
  json["best"] = record.best;
  json["seconds"] = record.seconds;
  json["items_per_second"] = record.items_per_second;
  return json;
}

EpochRecord record_from(const Json& json) {
  EpochRecord record{.epoch = json.at("epoch"),
                     .step = json.at("step"),
                     .loss = number(json.at("loss")),
                     .lr = number(json.at("lr")),
                     .metrics = {},
                     .best = json.at("best"),
                     .seconds = json.at("seconds"),
                     .items_per_second = json.at("items_per_second")};
  if (json.contains("val"))
    for (const auto& item : json.at("val").items()) record.metrics.emplace_back(item.key(), number(item.value()));
  return record;
}

/// Parses the history from the lines of the log, which keep the order of the metrics: objects in the metadata are
/// sorted by key.
std::vector<EpochRecord> history_from(const std::string& lines) {
  std::vector<EpochRecord> history;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) history.push_back(record_from(Json::parse(line)));
  return history;
}

nlohmann::json card_of(const TrainState& state, const Json& settings) {
  nlohmann::json position{{"epoch", state.epoch},
                          {"step", state.step},
                          {"loss_sum", state.loss_sum},
                          {"loss_rows", state.loss_rows},
                          {"lr", state.lr},
                          {"skipped", state.skipped},
                          {"skipped_in_row", state.skipped_in_row},
                          {"loss_scale", state.loss_scale},
                          {"scale_steps", state.scale_steps},
                          {"epoch_seconds", state.epoch_seconds},
                          {"seconds", state.seconds},
                          {"since_best", state.since_best}};
  if (state.best_metric) position["best_metric"] = *state.best_metric;
  const auto& plateau = state.plateau;
  if (plateau != PlateauState{}) {
    position["plateau"] = {
        {"bad_epochs", plateau.bad_epochs}, {"cooldown_left", plateau.cooldown_left}, {"factor", plateau.factor}};
    if (plateau.best) position["plateau"]["best"] = *plateau.best;
  }
  return {{"kind", "checkpoint"}, {"settings", settings}, {"position", position}, {"log", log_lines(state.history)}};
}

TrainState state_from(const nlohmann::json& card) {
  TrainState state;
  const auto& position = card.at("position");
  state.epoch = position.at("epoch");
  state.step = position.at("step");
  state.loss_sum = position.at("loss_sum");
  state.loss_rows = position.at("loss_rows");
  state.lr = position.at("lr");
  state.skipped = position.value("skipped", state.skipped);
  state.skipped_in_row = position.value("skipped_in_row", state.skipped_in_row);
  state.loss_scale = position.value("loss_scale", state.loss_scale);
  state.scale_steps = position.value("scale_steps", state.scale_steps);
  state.epoch_seconds = position.at("epoch_seconds");
  state.seconds = position.at("seconds");
  state.since_best = position.at("since_best");
  if (position.contains("plateau")) {
    const auto& plateau = position.at("plateau");
    state.plateau = {.bad_epochs = plateau.at("bad_epochs"),
                     .cooldown_left = plateau.at("cooldown_left"),
                     .factor = plateau.at("factor")};
    if (plateau.contains("best")) state.plateau.best = plateau.at("best").get<double>();
  }
  if (position.contains("best_metric")) state.best_metric = position.at("best_metric").get<double>();
  state.history = history_from(card.at("log").get<std::string>());
  return state;
}

void check_settings(const std::string& path, const Json& saved, const Json& wanted, bool more_epochs) {
  const auto differs = [&](const std::string& key, const std::string& was, const std::string& is) {
    fail(ErrorKind::usage, "{}: cannot resume: {} was {}, got {}; repeat the settings of that run or start a new one",
         path, key, was, is);
  };
  for (const auto& [key, is] : wanted.items()) {
    if (!saved.contains(key)) differs(key, "not set", is.dump());
    const auto& was = saved.at(key);
    if (key == "epochs" && more_epochs && is >= was) continue;
    if (is != was) differs(key, was.dump(), is.dump());
  }
  for (const auto& [key, was] : saved.items())
    if (!wanted.contains(key)) differs(key, was.dump(), "nothing");
}

void add(StateDict& to, const std::string& prefix, const StateDict& from) {
  for (const auto& item : from) to.insert(prefix + item.key(), item.value());
}

/// Stores a tensor of the file in the state.
void take(TrainState& state, const std::string& path, const std::string& key, const Tensor& value) {
  const auto dot = key.find('.');
  const auto part = key.substr(0, dot), name = key.substr(dot + 1);
  if (part == "weights") state.weights.insert(name, value);
  else if (part == "average") state.average.insert(name, value);
  else if (part == "best") state.best.insert(name, value);
  else if (part == "optimizer") state.optimizer.insert(name, value);
  else if (key == "generator.cpu") state.cpu_generator = value;
  else if (key == "generator.cuda") state.cuda_generator = value;
  else fail(ErrorKind::file, "{}: a checkpoint has no tensor {}", path, key);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const TrainState& state, const Json& settings) {
  StateDict tensors;
  add(tensors, "weights.", state.weights);
  add(tensors, "average.", state.average);
  add(tensors, "best.", state.best);
  add(tensors, "optimizer.", state.optimizer);
  tensors.insert("generator.cpu", state.cpu_generator);
  if (state.cuda_generator.defined()) tensors.insert("generator.cuda", state.cuda_generator);
  write_model_file(path, card_of(state, settings), tensors);
}

TrainState load_checkpoint(const std::filesystem::path& path, const Json& settings, bool more_epochs) {
  return parse_checkpoint(Bytes::map(path), path.string(), settings, more_epochs);
}

TrainState parse_checkpoint(const Bytes& bytes, const std::string& source, const Json& settings, bool more_epochs) {
  const auto file = parse_model_file(bytes, source);
  if (file.card.value("kind", "") != "checkpoint")
    fail(ErrorKind::file, "{}: not a checkpoint of a training run", source);
  check_settings(source, file.card.at("settings"), settings, more_epochs);
  auto state = state_from(file.card);
  for (const auto& item : file.tensors) take(state, source, item.key(), item.value());
  return state;
}

std::string log_lines(const std::vector<EpochRecord>& history) {
  std::string lines;
  for (const auto& record : history) lines += to_json(record).dump() + "\n";
  return lines;
}

}  // namespace reszoo
