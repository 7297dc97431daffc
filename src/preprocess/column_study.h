/// What the words of a column could be. Private.
#pragma once
#include <string_view>

#include "reszoo/preprocess/column_reading.h"
#include "word_fit.h"

namespace reszoo {

/// A text column during learning: its words, and what they fit.
struct ColumnStudy {
  const Column& column;
  CountedWords words = {}, missing = {}, zero_dates = {};  ///< words that may be values; others
  NumberFit number = {};
  DateFit date = {};
};

ColumnStudy study_of(const Column& column, const TableNotation& known);

bool is_in(const std::vector<std::string>& names, const std::string& name);

/// Notes numbers with decimal points in a table whose text has decimal commas.
void note_points_beside_commas(const Frame& table, ColumnReadings& readings);

}  // namespace reszoo
