#include "answer_message.h"

#include <torch/serialize.h>

#include "reszoo/data/table_stream.h"

namespace reszoo::detail {
namespace {

using c10::IValue;
using Items = std::vector<IValue>;

IValue tuple(Items items) { return c10::ivalue::Tuple::create(std::move(items)); }
Items items_of(const IValue& value) {
  const auto& elements = value.toTupleRef().elements();
  return Items(elements.begin(), elements.end());
}

/// A tuple with an item for each element.
template <typename List, typename Convert>
IValue each(const List& list, const Convert& convert) {
  Items items;
  for (const auto& element : list) items.push_back(convert(element));
  return tuple(std::move(items));
}

IValue text(const std::string& words) { return words; }
std::vector<std::string> texts_of(const IValue& value) {
  std::vector<std::string> texts;
  for (const auto& item : items_of(value)) texts.push_back(item.toStringRef());
  return texts;
}

IValue value_of(const Column& column) {
  const bool number = column.kind == Column::Kind::number;
  return tuple({column.name, number, number ? column.numbers : column.codes, each(column.words, text), column.date,
                column.whole_days});
}

Column column_of(const IValue& value) {
  const auto items = items_of(value);
  Column column{.name = items[0].toStringRef(), .words = texts_of(items[3])};
  column.kind = items[1].toBool() ? Column::Kind::number : Column::Kind::text;
  (items[1].toBool() ? column.numbers : column.codes) = items[2].toTensor();
  column.date = items[4].toBool();
  column.whole_days = items[5].toBool();
  return column;
}

IValue value_of(const UnseenColumn& column) {
  const auto word = [](const auto& entry) { return tuple({entry.first, entry.second}); };
  return tuple({column.name, column.rows, column.unseen, each(column.words, word), column.rare, column.missing,
                column.infinite});
}

UnseenColumn unseen_of(const IValue& value) {
  const auto items = items_of(value);
  UnseenColumn column{.name = items[0].toStringRef(), .rows = items[1].toInt(), .unseen = items[2].toInt()};
  for (const auto& item : items_of(items[3])) {
    const auto word = items_of(item);
    column.words[word[0].toStringRef()] = word[1].toInt();
  }
  column.rare = items[4].toBool();
  column.missing = items[5].toInt();
  column.infinite = items[6].toInt();
  return column;
}

IValue value_of(const AnsweredBatch& answers) {
  return tuple({answers.outputs, each(answers.images, text), answers.kept ? reszoo::bytes_of(*answers.kept) : "",
                each(answers.unseen.all(), [](const auto& column) { return value_of(column); }),
                each(answers.more.columns, [](const auto& column) { return value_of(column); })});
}

AnsweredBatch answers_of(const IValue& value) {
  const auto items = items_of(value);
  AnsweredBatch answers{.outputs = items[0].toTensor(), .images = texts_of(items[1])};
  if (!items[2].toStringRef().empty()) answers.kept = table_of(items[2].toStringRef());
  for (const auto& item : items_of(items[3])) answers.unseen.add(unseen_of(item));
  for (const auto& item : items_of(items[4])) answers.more.columns.push_back(column_of(item));
  return answers;
}

}  // namespace

std::string bytes_of(const AnsweredBlock& block) {
  const auto group = [](const LeftOut::Group& one) { return tuple({one.kind, one.count, one.example}); };
  const auto bytes = torch::pickle_save(tuple({each(block.answers, [](const auto& one) { return value_of(one); }),
                                               each(block.left_out.groups(), group), each(block.notes, text)}));
  return {bytes.begin(), bytes.end()};
}

AnsweredBlock block_of(const std::string& bytes) {
  const auto items = items_of(torch::pickle_load({bytes.begin(), bytes.end()}));
  AnsweredBlock block{.notes = texts_of(items[2])};
  for (const auto& item : items_of(items[0])) block.answers.push_back(answers_of(item));
  for (const auto& item : items_of(items[1])) {
    const auto group = items_of(item);
    block.left_out.add(group[0].toStringRef(), group[2].toStringRef(), group[1].toInt());
  }
  return block;
}

}  // namespace reszoo::detail
