#include "label_lists.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/cast.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "arrow_frame.h"
#include "reszoo/base/error.h"
#include "reszoo/base/text.h"

namespace reszoo {
namespace {

using Names = std::vector<std::string>;

bool is_list(const arrow::DataType& type) {
  return type.id() == arrow::Type::LIST || type.id() == arrow::Type::LARGE_LIST ||
         type.id() == arrow::Type::FIXED_SIZE_LIST;
}

/// The items of a column of lists as texts.
class ListReader {
 public:
  ListReader(const arrow::ChunkedArray& column, Names classes, const std::string& subject)
      : classes_(std::move(classes)), subject_(subject) {
    const auto& type = *static_cast<const arrow::BaseListType&>(*column.type()).value_type();
    is_number_ = arrow::is_integer(type.id());
    if (!is_number_ && !arrow::is_string(type.id()) && type.id() != arrow::Type::NA)
      fail(ErrorKind::input, "{}: a list of labels must hold texts or whole numbers, got {}", subject, type.ToString());
  }

  std::shared_ptr<arrow::Array> read(const arrow::Array& chunk) {
    switch (chunk.type_id()) {
      case arrow::Type::LIST: return read_cells(static_cast<const arrow::ListArray&>(chunk));
      case arrow::Type::LARGE_LIST: return read_cells(static_cast<const arrow::LargeListArray&>(chunk));
      default: return read_cells(static_cast<const arrow::FixedSizeListArray&>(chunk));
    }
  }

 private:
  template <typename Lists>
  std::shared_ptr<arrow::Array> read_cells(const Lists& lists) {
    const auto items = value_of(arrow::compute::Cast(*lists.values(), arrow::utf8()), subject_);
    const auto& texts = static_cast<const arrow::StringArray&>(*items);
    arrow::StringBuilder builder;
    for (int64_t i = 0; i < lists.length(); ++i) {
      ++row_;
      Names labels;
      for (auto item = lists.value_offset(i); !lists.IsNull(i) && item < lists.value_offset(i) + lists.value_length(i);
           ++item)
        labels.push_back(label(texts, item));
      check(builder.Append(list_cell(labels, fmt::format("{}, row {}", subject_, row_))), subject_);
    }
    return value_of(builder.Finish(), subject_);
  }

  std::string label(const arrow::StringArray& texts, int64_t item) const {
    if (texts.IsNull(item)) fail(ErrorKind::input, "{}, row {}: a label of the list is missing", subject_, row_);
    auto text = texts.GetString(item);
    if (!is_number_ || classes_.empty()) return text;
    const auto number = std::stoll(text);
    if (number < 0 || number >= std::ssize(classes_))
      fail(ErrorKind::input, "{}, row {}: class {}, but the file names {} classes", subject_, row_, text,
           classes_.size());
    return classes_[static_cast<size_t>(number)];
  }

  Names classes_;
  const std::string& subject_;
  bool is_number_;
  int64_t row_ = 0;
};

}  // namespace

std::string list_cell(const Names& labels, const std::string& subject) {
  std::string cell = labels.empty() ? kLabelEnd : "";
  for (const auto& label : labels) {
    const bool plain =
        std::none_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
    if (!plain || label.find_first_not_of(' ') == std::string::npos)
      fail(ErrorKind::input, "{}: \"{}\" is no label", subject, escaped(label));
    cell += label + kLabelEnd;
  }
  return cell;
}

std::string list_cell(const nlohmann::json& labels, const std::string& subject) {
  Names texts;
  for (const auto& label : labels) {
    if (label.is_string()) texts.push_back(label.get<std::string>());
    else if (label.is_number_integer() || label.is_boolean()) texts.push_back(label.dump());
    else
      fail(ErrorKind::input, "{}: a list of labels must hold texts or whole numbers, got {}", subject,
           escaped(label.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  }
  return list_cell(texts, subject);
}

bool holds_lists(const Column& column) {
  return column.kind == Column::Kind::text && !column.words.empty() &&
         std::all_of(column.words.begin(), column.words.end(),
                     [](const std::string& cell) { return cell.ends_with(kLabelEnd); });
}

void check_label_lists(const Column& column) {
  std::set<std::ptrdiff_t> lengths;
  for (const auto& cell : column.words) {
    if (cell.find_first_not_of("01\x1f") != std::string::npos) return;
    lengths.insert(std::count(cell.begin(), cell.end(), kLabelEnd[0]));
  }
  // Lists of different labels are no longer than two.
  if (lengths.size() == 1 && *lengths.begin() > 2)
    fail(ErrorKind::input,
         "column \"{}\": has lists of {} zeros and ones, one for each label; name the labels of each image instead",
         column.name, *lengths.begin());
}

std::shared_ptr<arrow::Table> with_list_cells(std::shared_ptr<arrow::Table> table,
                                              const std::map<std::string, Names>& names, const std::string& subject) {
  for (int i = 0; i < table->num_columns(); ++i) {
    if (!is_list(*table->field(i)->type())) continue;
    const auto name = table->field(i)->name(), what = fmt::format("{}: column \"{}\"", subject, name);
    const auto classes = names.find(name);
    ListReader reader(*table->column(i), classes == names.end() ? Names() : classes->second, what);
    arrow::ArrayVector chunks;
    for (const auto& chunk : table->column(i)->chunks()) chunks.push_back(reader.read(*chunk));
    table = value_of(table->SetColumn(i, arrow::field(name, arrow::utf8()),
                                      std::make_shared<arrow::ChunkedArray>(std::move(chunks), arrow::utf8())),
                     subject);
  }
  return table;
}

}  // namespace reszoo
