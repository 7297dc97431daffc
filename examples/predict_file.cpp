// Predicts a table of any size: rows are read, predicted and written in batches. predict_file MODEL TABLE OUT
#include <fmt/format.h>

#include "reszoo/recipes/input_batches.h"

using namespace reszoo;

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  auto predictor = open_predictor(argv[1]);  // a model file, TorchScript or a compiled package
  TableWriter out(argv[3]);                  // .parquet or .csv
  int64_t rows = 0;
  for_each_batch(predictor, argv[2], {.keep = {"price"}}, [&](const InputBatch& batch) {
    const auto outputs = predictor.outputs(batch.input);
    out.write(predictor.table(outputs), batch.kept);  // together with the columns that are kept
    rows += outputs.size(0);
  });
  out.finish();
  fmt::print("{} rows in {}\n", rows, argv[3]);
}
