#include "reszoo/runtime/runtime_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "base/card.h"
#include "kernels/team.h"
#include "reszoo/base/cpus.h"
#include "reszoo/base/error.h"
#include "reszoo/preprocess/image_preprocess.h"
#include "reszoo/preprocess/json_field.h"
#include "runtime/answers.h"
#include "runtime/maps.h"
#include "runtime/plan_cache.h"
#include "runtime/quantization_json.h"
#include "runtime/row_reader.h"
#include "runtime/runtime_file.h"

namespace reszoo {
namespace {

using detail::InputView;
using detail::Shape;
using nlohmann::json;

/// Table rows from which on threads share them.
constexpr int64_t kRowsOfThreads = 32;

/// Whether all values of each sample are finite. An int8 network reads other inputs as some number.
std::vector<bool> finite_samples(const InputView& x) {
  const auto samples = x.size(0), of_sample = detail::elements_of(x.shape) / std::max<int64_t>(1, samples);
  std::vector<bool> finite;
  for (int64_t i = 0; i < samples; ++i)
    finite.push_back(std::all_of(x.data + i * of_sample, x.data + (i + 1) * of_sample,
                                 [](float value) { return std::isfinite(value); }));
  return finite;
}

Precision precision_of(Precision wanted, const Quantization& quantization, const std::string& source) {
  if (wanted == Precision::automatic)
    return !quantization.empty() && has_fast_int8() ? Precision::int8 : Precision::float32;
  if (wanted == Precision::int8 && quantization.empty())
    fail(ErrorKind::usage, "{}: int8 needs a quantization, which a calibration makes", source);
  if (wanted == Precision::float16) fail(ErrorKind::usage, "{}: float16 is for a GPU", source);
  return wanted;
}

std::map<std::string, kernels::ConvAlgorithm> algorithms_of(const json& card, const std::string& source) {
  std::map<std::string, kernels::ConvAlgorithm> algorithms;
  if (!card.contains("ways")) return algorithms;
  for (const auto& [key, text] : json_field<std::map<std::string, std::string>>(card, "ways", source))
    if (const auto one = kernels::ConvAlgorithm::parse(text); one.kind != kernels::ConvAlgorithm::Kind::onednn)
      algorithms[key] = one;
  return algorithms;
}

}  // namespace

struct RuntimeModel::Impl {
  std::string name;
  Precision precision = Precision::float32;
  int64_t threads = 1;
  std::vector<std::unique_ptr<detail::PlanCache>> networks;
  std::vector<double> weights;  ///< of the networks, relative to each other
  std::optional<detail::RowReader> rows = {};
  std::optional<ImagePreprocess> image = {};
  std::optional<detail::AnswerReader> answers = {};

  static std::shared_ptr<const Impl> open(const Bytes& bytes, const std::string& source, const RuntimeOptions& options);

  const detail::RowReader& row_reader() const {
    if (!rows) fail(ErrorKind::usage, "{}: reads images, got rows of a table", name);
    return *rows;
  }
  const ImagePreprocess& image_reader() const {
    if (!image) fail(ErrorKind::usage, "{}: reads rows of a table, got an image", name);
    return *image;
  }
  const detail::AnswerReader& answer_reader() const {
    if (!answers) fail(ErrorKind::usage, "{}: does not know what its outputs mean", name);
    return *answers;
  }

  std::vector<float> run(const InputView& x) const;
  std::vector<float> run_all(const InputView& x, int64_t with) const;
  std::vector<Prediction> predict(const InputView& x) const;
  Prediction read(std::span<const float> outputs) const;
};

std::shared_ptr<const RuntimeModel::Impl> RuntimeModel::Impl::open(const Bytes& bytes, const std::string& source,
                                                                   const RuntimeOptions& options) {
  const auto file = detail::open_runtime_file(bytes, source, options.verify);
  const auto& card = file.card;
  auto impl = std::make_shared<Impl>();
  impl->name = json_field<std::string>(card, "model", source);
  detail::PlanOptions plan;
  if (card.contains("quantization")) plan.quantization = quantization_from(card, source);
  impl->precision = precision_of(options.precision, plan.quantization, source);
  if (impl->precision == Precision::int8) plan.dot = kernels::DotType::int8;
  else plan.quantization = {};
  if (impl->precision == Precision::bfloat16) plan.dot = kernels::DotType::bfloat16;
  plan.algorithms = algorithms_of(card, source);
  impl->threads = options.threads > 0 ? options.threads : available_cpus();
  for (const auto& program : json_field<std::vector<json>>(card, "programs", source))
    impl->networks.push_back(std::make_unique<detail::PlanCache>(detail::program_from(program, file.arrays()), plan));
  impl->weights.assign(impl->networks.size(), 1.0);
  if (card.contains("weights")) impl->weights = json_field<std::vector<double>>(card, "weights", source);
  const bool positive = std::ranges::all_of(impl->weights, [](double one) { return one > 0 && std::isfinite(one); });
  if (impl->networks.empty() || impl->weights.size() != impl->networks.size() || !positive)
    fail(ErrorKind::file, "{}: must have a network or more with a weight above 0 each", source);
  if (card.contains("table")) impl->rows.emplace(table_steps_from(card["table"]), file.fitted());
  if (card.contains("image")) impl->image = ImagePreprocess::from(card["image"]);
  if (card.contains("target")) impl->answers.emplace(target_steps_from(card["target"]));
  return impl;
}

/// Returns the outputs of all networks, sample after sample: those of the first network, then of the second.
std::vector<float> RuntimeModel::Impl::run_all(const InputView& x, int64_t with) const {
  std::vector<std::vector<float>> each(networks.size());
  for (size_t i = 0; i < networks.size(); ++i)
    networks[i]->run(x, with, [&](size_t, const Shape& shape) {
      each[i].resize(static_cast<size_t>(detail::elements_of(shape)));
      return each[i].data();
    });
  if (each.size() == 1) return std::move(each.front());
  std::vector<float> joined;
  const auto samples = static_cast<size_t>(x.size(0));
  for (size_t sample = 0; sample < samples; ++sample)
    for (const auto& one : each) {
      const auto width = static_cast<std::ptrdiff_t>(one.size() / samples);
      const auto first = one.begin() + static_cast<std::ptrdiff_t>(sample) * width;
      joined.insert(joined.end(), first, first + width);
    }
  return joined;
}

std::vector<float> RuntimeModel::Impl::run(const InputView& x) const {
  if (x.shape.empty() || x.size(0) < 1) fail(ErrorKind::input, "{}: needs a sample or more", name);
  const bool few = x.shape.size() == 2 && x.size(0) <= kRowsOfThreads;
  std::vector<float> outputs;
  if (few || threads == 1) outputs = run_all(x, few ? 1 : threads);
  else kernels::with_team(threads, [&] { outputs = run_all(x, threads); });
  if (precision != Precision::int8) return outputs;
  const auto finite = finite_samples(x);
  const auto width = outputs.size() / finite.size();
  for (size_t i = 0; i < finite.size(); ++i)
    if (!finite[i])
      std::fill_n(outputs.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  std::numeric_limits<float>::quiet_NaN());
  return outputs;
}

Prediction RuntimeModel::Impl::read(std::span<const float> outputs) const {
  const auto& reader = answer_reader();
  const auto members = outputs.size() / reader.outputs();
  if (members == 0 || outputs.size() % reader.outputs() != 0 || members % networks.size() != 0)
    fail(ErrorKind::input, "{}: has {} outputs for each of {} networks, got {} outputs", name, reader.outputs(),
         networks.size(), outputs.size());
  // The members of a network, as those of a k-ensemble, have equal parts of its share.
  const auto of_network = members / networks.size();
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0) * static_cast<double>(of_network);
  std::vector<double> shares;
  for (const double weight : weights) shares.insert(shares.end(), of_network, weight / sum);
  return reader.read(outputs, shares);
}

std::vector<Prediction> RuntimeModel::Impl::predict(const InputView& x) const {
  const auto outputs = run(x);
  const auto samples = static_cast<size_t>(x.size(0)), width = outputs.size() / samples;
  std::vector<Prediction> predictions;
  for (size_t i = 0; i < samples; ++i) predictions.push_back(read(std::span(outputs).subspan(i * width, width)));
  return predictions;
}

RuntimeModel RuntimeModel::load(const std::filesystem::path& path, const RuntimeOptions& options) {
  return RuntimeModel(Impl::open(Bytes::map(path), path.string(), options));
}

RuntimeModel RuntimeModel::from_memory(const void* data, size_t size, const RuntimeOptions& options) {
  return RuntimeModel(Impl::open(Bytes::view(data, size), "model in memory", options));
}

std::vector<float> RuntimeModel::outputs(const float* input, const std::vector<int64_t>& shape) const {
  return impl_->run({input, shape, detail::row_major_strides(shape)});
}

std::vector<float> RuntimeModel::input(const Row& row) const {
  const auto& reader = impl_->row_reader();
  std::vector<float> values(reader.width());
  reader.read(row, values.data());
  return values;
}

std::vector<float> RuntimeModel::input(const ImageView& view) const {
  const auto& image = impl_->image_reader();
  // An invalid view has no size, and is refused by `write`.
  const auto [height, width] = image.size_of(std::max<int64_t>(view.height, 1), std::max<int64_t>(view.width, 1));
  std::vector<float> pixels(static_cast<size_t>(height * width * image.channels)), planes(pixels.size());
  image.write(view, pixels.data());
  const Shape shape{1, image.channels, height, width};
  detail::copy_strided(pixels.data(), detail::kept_strides(shape), planes.data(), detail::row_major_strides(shape),
                       shape);
  return planes;
}

Prediction RuntimeModel::predict(const Row& row) const { return predict(std::span(&row, 1)).front(); }

std::vector<Prediction> RuntimeModel::predict(std::span<const Row> rows) const {
  if (rows.empty()) return {};
  const auto& reader = impl_->row_reader();
  std::vector<float> values(rows.size() * reader.width());
  for (size_t i = 0; i < rows.size(); ++i) reader.read(rows[i], values.data() + i * reader.width());
  const Shape shape{std::ssize(rows), static_cast<int64_t>(reader.width())};
  return impl_->predict({values.data(), shape, detail::row_major_strides(shape)});
}

Prediction RuntimeModel::predict(const ImageView& view) const {
  const auto& image = impl_->image_reader();
  const auto [height, width] = image.size_of(std::max<int64_t>(view.height, 1), std::max<int64_t>(view.width, 1));
  std::vector<float> pixels(static_cast<size_t>(height * width * image.channels));
  image.write(view, pixels.data());
  const Shape shape{1, image.channels, height, width};
  return impl_->predict({pixels.data(), shape, detail::kept_strides(shape)}).front();
}

Prediction RuntimeModel::read(std::span<const float> outputs) const { return impl_->read(outputs); }

const std::string& RuntimeModel::name() const { return impl_->name; }

std::string RuntimeModel::reads() const { return impl_->rows ? "table" : impl_->image ? "images" : "tensor"; }

bool RuntimeModel::predicts() const { return impl_->answers.has_value(); }

bool RuntimeModel::is_number() const { return impl_->answer_reader().target().is_number(); }

const std::vector<double>& RuntimeModel::quantiles() const { return impl_->answer_reader().target().quantiles; }

std::string RuntimeModel::task() const { return text_of(impl_->answer_reader().target().task); }

const std::vector<std::string>& RuntimeModel::classes() const { return impl_->answer_reader().target().classes; }

const std::vector<std::string>& RuntimeModel::targets() const { return impl_->answer_reader().target().names; }

std::vector<std::string> RuntimeModel::columns() const {
  return impl_->rows ? impl_->rows->columns() : std::vector<std::string>();
}

Precision RuntimeModel::precision() const { return impl_->precision; }

}  // namespace reszoo
