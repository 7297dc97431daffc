#include "predict_input.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "multipart.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"
#include "reszoo/data/decode.h"
#include "reszoo/data/table.h"

namespace reszoo::detail {
namespace {

using nlohmann::json;

constexpr const char* kTableTypes[] = {"text/csv", "application/csv", "text/tab-separated-values", "text/plain"};

bool is_table_type(const std::string& type) {
  return std::find(std::begin(kTableTypes), std::end(kTableTypes), type) != std::end(kTableTypes);
}

/// Types that clients send if they were told none.
bool is_default_type(const std::string& type) {
  return type.empty() || type == "application/octet-stream" || type == "application/x-www-form-urlencoded";
}

const TablePreprocess& table_of(const ModelVersion& model) {
  const auto* known = model.predictor.model();
  if (known == nullptr || !known->table) fail(ErrorKind::input, "the model reads images, got rows of a table");
  return *known->table;
}

Value cell_value(const json& cell, const std::string& column, size_t row) {
  switch (cell.type()) {
    case json::value_t::null: return std::nullopt;
    case json::value_t::boolean: return cell.get<bool>();
    case json::value_t::number_integer: return cell.get<int64_t>();
    case json::value_t::number_unsigned: return cell.get<uint64_t>();
    case json::value_t::number_float: return cell.get<double>();
    case json::value_t::string: return cell.get<std::string>();
    default:
      fail(ErrorKind::input,
           "column \"{}\": must be a number, a text, true, false or null, got a list or an object in "
           "row {}",
           escaped(column), row);
  }
}

std::vector<Row> json_rows(std::string_view body, const ModelVersion& model) {
  table_of(model);
  json parsed;
  try {
    parsed = json::parse(body);
  } catch (const json::exception& error) {
    fail(ErrorKind::input, "the body is not JSON: {}", escaped(error.what(), 200));
  }
  if (parsed.is_object()) parsed = json::array({std::move(parsed)});
  if (!parsed.is_array() || parsed.empty()) fail(ErrorKind::input, "the body must be an object or a list of objects");
  std::vector<Row> rows;
  for (const auto& object : parsed) {
    if (!object.is_object()) fail(ErrorKind::input, "row {}: must be an object", rows.size() + 1);
    auto& row = rows.emplace_back();
    for (const auto& [column, cell] : object.items()) row[column] = cell_value(cell, column, rows.size());
  }
  return rows;
}

/// Reads CSV. The library's reader knows other formats of tables too, and would unpack a compressed one of any size.
Frame csv_rows(std::string_view body, const ModelVersion& model) {
  const auto& table = table_of(model);
  if (!is_utf8(body) || body.find('\0') != std::string_view::npos)
    fail(ErrorKind::input, "the body is not a CSV table in UTF-8");
  std::istringstream stream{std::string(body)};
  return read_table(stream, "the body", {.text = table.text_columns(), .columns = table.inputs()});
}

Bytes view_of_image(std::string_view content) { return Bytes::view(content.data(), content.size()); }

/// Reads a form: files of images, or a file of rows, or a field for each column.
PredictInput form_input(const HttpRequest& request, const ModelVersion& model) {
  EncodedInput images;
  Row row;
  for (const auto& part : read_form(request.body, request.content_type)) {
    const bool is_file = !part.file_name.empty();
    if (is_image(part.content.substr(0, kImageStart)) || part.type.starts_with("image/")) {
      images.names.push_back(is_file ? part.file_name : part.name);
      images.images.push_back(view_of_image(part.content));
    } else if (is_file || is_table_type(part.type)) {
      const bool rows = part.type == "application/json" || part.file_name.ends_with(".json");
      return {rows ? ModelInput(json_rows(part.content, model)) : ModelInput(csv_rows(part.content, model))};
    } else {
      row[part.name] = std::string(part.content);
    }
  }
  if (!images.images.empty() && !row.empty()) fail(ErrorKind::input, "form: has images and other fields");
  if (images.images.empty()) {
    table_of(model);
    return {std::vector<Row>{row}};
  }
  auto names = images.names;
  return {std::move(images), std::move(names)};
}

}  // namespace

PredictInput read_predict_input(const HttpRequest& request, const ModelVersion& model) {
  const std::string_view body = request.body;
  const auto type = media_type(request.content_type);
  if (type == "multipart/form-data") return form_input(request, model);
  if (body.empty()) fail(ErrorKind::input, "the request has no body");
  const bool open = is_default_type(type);
  if (type.starts_with("image/") || (open && is_image(body.substr(0, kImageStart))))
    return {EncodedInput{{"the image"}, {view_of_image(body)}}};
  const auto first = body.find_first_not_of(" \t\r\n");
  const bool looks_json = first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
  if (type == "application/json" || (open && looks_json)) return {json_rows(body, model)};
  if (is_table_type(type)) return {csv_rows(body, model)};
  throw HttpError(415, fmt::format("Content-Type: must be application/json, text/csv, image/* or multipart/form-data, "
                                   "got {}",
                                   type.empty() ? "none" : escaped(type)));
}

}  // namespace reszoo::detail
