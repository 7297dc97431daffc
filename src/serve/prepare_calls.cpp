#include <cmath>
#include <map>

#include "prepared_call.h"
#include "reszoo/base/error.h"
#include "reszoo/base/parallel.h"
#include "reszoo/data/decode.h"

namespace reszoo::detail {
namespace {

/// Larger images are refused: a small file can claim to be a very large image.
constexpr int64_t kMostPixels = 200'000'000;

/// Describes columns so that tables with the same text can be joined without a change of their values.
std::string kinds_of(const Frame& table) {
  std::string text;
  for (const auto& column : table.columns)
    text += fmt::format("{}{}{}{}\n", column.kind == Column::Kind::text, column.date, column.whole_days, column.name);
  return text;
}

/// Describes the cells of a row in the same sense.
std::string kinds_of(const Row& row) {
  std::string text;
  for (const auto& [name, value] : row) {
    const auto* number = std::get_if<double>(&value);
    const bool missing = number ? std::isnan(*number) : std::get<std::string>(value).empty();
    text += missing ? 'm' : number ? 'n' : 't';
    text += name;
    text += '\n';
  }
  return text;
}

/// Describes the rows of a call. Rows that differ among themselves are joined with no others.
std::string kinds_of(const PreparedCall& call) {
  if (const auto* table = std::get_if<Frame>(&call.input)) return "table\n" + kinds_of(*table);
  const auto& rows = std::get<std::vector<Row>>(call.input);
  const auto kinds = rows.empty() ? "" : kinds_of(rows.front());
  for (size_t i = 1; i < rows.size(); ++i)
    if (kinds_of(rows[i]) != kinds) return fmt::format("call {}", fmt::ptr(call.call));
  return "rows\n" + kinds;
}

const Model& table_model(const Predictor& predictor) {
  const auto* model = predictor.model();
  if (model == nullptr) fail(ErrorKind::usage, "the model takes prepared inputs only, got rows of a table");
  return *model;
}

Frame table_of(const ModelInput& input) {
  const auto* table = std::get_if<Frame>(&input);
  return table ? *table : frame_of(std::get<std::vector<Row>>(input));
}

int64_t rows_of(const ModelInput& input) {
  const auto* table = std::get_if<Frame>(&input);
  return table ? table->rows() : std::ssize(std::get<std::vector<Row>>(input));
}

/// Joins the tables of calls, or their rows, to one table.
Frame joined(const std::vector<PreparedCall*>& calls) {
  std::vector<Frame> tables;
  std::vector<Row> rows;
  for (const auto* call : calls)
    if (const auto* table = std::get_if<Frame>(&call->input)) tables.push_back(*table);
    else
      for (const auto& row : std::get<std::vector<Row>>(call->input)) rows.push_back(row);
  return tables.empty() ? frame_of(rows) : concat(tables);
}

/// Prepares the rows of one call.
void prepare_rows(const Model& model, PreparedCall& call) {
  try_for(call, [&] {
    UnseenCounts unseen;
    call.prepared = {model.input(table_of(call.input), &unseen)};
    call.unseen = unseen.line();
  });
}

/// Prepares the rows of calls with the same columns together, which takes hardly longer than for one call. If some rows
/// are wrong or have something unseen, each call is prepared alone, so that its own rows are named.
void prepare_rows(const Model& model, const std::vector<PreparedCall*>& calls) {
  if (calls.size() > 1) try {
      std::vector<int64_t> counts;
      for (const auto* call : calls) counts.push_back(rows_of(call->input));
      UnseenCounts unseen;
      const auto parts = model.input(joined(calls), &unseen).split_with_sizes(counts);
      if (unseen.empty()) {
        for (size_t i = 0; i < calls.size(); ++i) calls[i]->prepared = {parts[i]};
        return;
      }
    } catch (const Error&) {
    }
  for (auto* call : calls) prepare_rows(model, *call);
}

/// An image of a call.
struct AskedImage {
  PreparedCall* call;
  size_t index;
};

ImageView view_of(const Tensor& pixels, size_t index) {
  const auto one = pixels[static_cast<int64_t>(index)];
  return {.data = one.const_data_ptr<uint8_t>(), .height = one.size(0), .width = one.size(1), .channels = one.size(2)};
}

Tensor prepare_image(const ImagePreprocess& preprocess, const ModelInput& input, size_t index) {
  if (const auto* decoded = std::get_if<PixelInput>(&input)) return preprocess(view_of(decoded->pixels, index));
  const auto& encoded = std::get<EncodedInput>(input);
  const auto image = open_image(encoded.images[index], encoded.names[index]);
  if (image->height() > kMostPixels / std::max<int64_t>(image->width(), 1))
    fail(ErrorKind::input, "{}: an image may have {} pixels, got {} x {}", encoded.names[index], kMostPixels,
         image->width(), image->height());
  return preprocess(*image);
}

/// Prepares images by all threads of this stream.
void prepare_images(const Predictor& predictor, const std::vector<PreparedCall*>& calls) {
  std::vector<AskedImage> images;
  ImagePreprocess preprocess;
  for (auto* call : calls)
    try_for(*call, [&] {
      preprocess = predictor.image_preprocess();
      const auto* decoded = std::get_if<PixelInput>(&call->input);
      call->prepared.resize(decoded ? static_cast<size_t>(decoded->pixels.size(0))
                                    : std::get<EncodedInput>(call->input).images.size());
      for (size_t i = 0; i < call->prepared.size(); ++i) images.push_back({call, i});
    });
  std::vector<std::exception_ptr> errors(images.size());
  parallel(std::ssize(images), [&](int64_t task) {
    const auto [call, index] = images[static_cast<size_t>(task)];
    try {
      call->prepared[index] = prepare_image(preprocess, call->input, index);
    } catch (...) {
      errors[static_cast<size_t>(task)] = std::current_exception();
    }
  });
  for (size_t i = images.size(); i-- > 0;)
    if (errors[i]) images[i].call->error = errors[i];  // the first one stays
}

}  // namespace

void prepare_calls(const Predictor& predictor, std::span<PreparedCall> calls) {
  std::map<std::string, std::vector<PreparedCall*>> tables;
  std::vector<PreparedCall*> images;
  for (auto& call : calls) {
    if (!call.is_good()) continue;
    const bool rows = std::holds_alternative<Frame>(call.input) || std::holds_alternative<std::vector<Row>>(call.input);
    if (rows) tables[kinds_of(call)].push_back(&call);
    else if (auto* prepared = std::get_if<PreparedInput>(&call.input)) call.prepared = {prepared->input};
    else images.push_back(&call);
  }
  for (const auto& [kinds, alike] : tables) try {
      prepare_rows(table_model(predictor), alike);
    } catch (...) {
      for (auto* call : alike) call->error = std::current_exception();
    }
  if (!images.empty()) prepare_images(predictor, images);
}

}  // namespace reszoo::detail
