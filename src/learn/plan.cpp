#include "reszoo/learn/plan.h"

#include <torch/types.h>

#include <algorithm>

#include "image_recipes.h"
#include "reszoo/base/names.h"
#include "reszoo/nn/bins.h"
#include "reszoo/train/freeze.h"

namespace reszoo {
namespace {

/// Fewer rows than this are not a bin of their own where a tree cuts: the paper tunes it.
constexpr int64_t kRowsInTreeBin = 32;

/// Rows a step: enough steps an epoch for small tables, full use of the cores for large ones.
int64_t batch_size_for(int64_t rows) {
  if (rows < 6'400) return 128;
  if (rows < 32'000) return 256;
  return rows < 128'000 ? 512 : 1024;
}

Plan auto_plan(int64_t rows) {
  Plan plan;
  plan.options = {{"members", 16}, {"blocks", 2}, {"width", 96}, {"hidden_factor", 1}, {"dropout", 0.1},
                  {"numeric_embedding", "piecewise"}, {"numeric_width", 16}};
  plan.bins = 48;
  plan.trainer.epochs = 200;
  plan.trainer.patience = 16;
  plan.trainer.batch_size = batch_size_for(rows);
  plan.trainer.optimizer.lr = 2e-3;
  plan.trainer.optimizer.weight_decay = 3e-4;
  plan.trainer.optimizer.decay_norms_and_biases = false;
  plan.trainer.clip_norm = 1;
  plan.trainer.average = 0.99;
  return plan;
}

Plan paper_plan(int64_t) {
  Plan plan;
  plan.trainer.epochs = 20;
  plan.trainer.batch_size = 256;
  plan.trainer.optimizer.lr = 1e-3;
  plan.trainer.optimizer.weight_decay = 1e-5;
  return plan;
}

constexpr Named<Plan (*)(int64_t rows)> kPlans[] = {
    {"auto", auto_plan},
    {"paper", paper_plan},
    {"image", detail::image_plan},
    {"cifar", detail::cifar_plan},
    {"torchvision-v1", detail::torchvision_plan},
    {"timm-a3", detail::timm_a3_plan},
    {"finetune", detail::finetune_plan}};

constexpr Named<Binning> kBinnings[] = {{"quantile", Binning::quantile}, {"tree", Binning::tree}};

Bins bins_of(const Model& model, const Plan& plan, const Batches& rows) {
  const auto numbers = rows.inputs().narrow(1, 0, model.table->numeric_count()).cpu();
  if (plan.binning == Binning::quantile) return quantile_bins(numbers, plan.bins);
  const auto targets = rows.targets().cpu();
  if (targets.dim() > 1 && targets.size(1) > 1)
    fail(ErrorKind::usage, "binning: a tree predicts one column, got {}; take quantile", model.target->names().size());
  return tree_bins(numbers, targets.flatten(), {.bins = plan.bins,
                                                .classification = !targets.is_floating_point(),
                                                .min_samples_leaf = kRowsInTreeBin});
}

/// The plan's options and what a table's training rows say of its network.
nlohmann::json options_for_rows(const Model& model, const Plan& plan, const Batches& rows) {
  const auto numeric = model.table->numeric_count();
  nlohmann::json options{{"outputs", model.target->outputs()}, {"numeric", numeric},
                         {"cardinalities", model.table->cardinalities()}};
  options.update(plan.options);
  if (numeric == 0)
    for (const auto* name : {"numeric_embedding", "numeric_width"}) options.erase(name);
  const bool cut = options.value("numeric_embedding", "").starts_with("piecewise");
  if (cut && !options.contains("bins")) options["bins"] = bins_of(model, plan, rows);
  return options;
}

nlohmann::json options_for_images(const Model& model, const Plan& plan, const Batches& images) {
  nlohmann::json options{{"outputs", model.target->outputs()}, {"channels", images.input_shape().front()}};
  options.update(plan.options);
  return options;
}

}  // namespace

Binning parse_binning(std::string_view text) { return parse_name("binning", kBinnings, text); }

std::string text_of(Binning binning) { return name_of(kBinnings, binning); }

Plan named_plan(std::string_view name, int64_t rows) { return parse_name("plan", kPlans, name)(rows); }

nlohmann::ordered_json settings_of(const Plan& plan) {
  nlohmann::ordered_json settings{{"model", plan.network},
                                  {"options", plan.options.dump()},
                                  {"bins", plan.bins},
                                  {"binning", text_of(plan.binning)},
                                  {"loss", text_of(plan.loss.number)},
                                  {"label_smoothing", plan.loss.label_smoothing}};
  // Named only where they are not the usual: a checkpoint without them goes on as before.
  const auto& tuning = plan.fine_tuning;
  if (plan.loss.classes != LossOptions{}.classes) settings["class_loss"] = text_of(plan.loss.classes);
  if (!tuning.freeze.empty()) settings["freeze"] = fmt::format("{}", fmt::join(tuning.freeze, " "));
  if (!tuning.unfreeze.empty()) settings["unfreeze"] = fmt::format("{}", fmt::join(tuning.unfreeze, " "));
  settings.update(plan.image.to_json());
  if (tuning.freeze_norms) settings["freeze_norms"] = true;
  if (tuning.layer_decay != 1) settings["layer_decay"] = tuning.layer_decay;
  if (tuning.body_lr_factor != 1) settings["body_lr_factor"] = tuning.body_lr_factor;
  return settings;
}

void build_network(Model& model, const Plan& plan, const Batches& rows) {
  const auto& info = registry().find(plan.network);
  const bool table = info.domain == Domain::tabular;
  model.name = plan.network;
  model.options = options_from_json(
      info.domain, table ? options_for_rows(model, plan, rows) : options_for_images(model, plan, rows));
  model.network = create_model(model.name, model.options);
}

void begin_fine_tuning(Network& network, const FineTuning& tuning, std::vector<ParameterRule>& rules) {
  for (const auto& pattern : tuning.freeze) freeze(*network, pattern);
  for (const auto& pattern : tuning.unfreeze) unfreeze(*network, pattern);
  if (tuning.freeze_norms) freeze_norms(*network);
  const auto parameters = network->parameters();
  if (std::none_of(parameters.begin(), parameters.end(), [](const Tensor& p) { return p.requires_grad(); }))
    fail(ErrorKind::usage, "freeze: a parameter must be left to train, got {} frozen of {}; unfreeze {}.*",
         parameters.size(), parameters.size(), network->head_path());
  const auto add = [&](const std::vector<ParameterRule>& more) { rules.insert(rules.end(), more.begin(), more.end()); };
  if (tuning.layer_decay != 1) add(layer_decay_rules(*network, tuning.layer_decay));
  if (tuning.body_lr_factor != 1) add(head_rate_rules(*network, tuning.body_lr_factor));
}

}  // namespace reszoo
