/* Predicts one row of a table with a model file, in C. predict MODEL */
#include <reszoo/c/reszoo.h>
#include <stdio.h>

int main(int argc, char** argv) {
  const double carat = 0.31, depth = 61.5, table = 56, x = 4.35, y = 4.37, z = 2.68;
  const char *cut = "Ideal", *color = "E", *clarity = "VS1";
  const char *number_names[] = {"carat", "depth", "table", "x", "y", "z"}, *text_names[] = {"cut", "color", "clarity"};
  const double* numbers[] = {&carat, &depth, &table, &x, &y, &z};
  const char** texts[] = {&cut, &color, &clarity};
  reszoo_model* model = NULL;
  reszoo_table *row = NULL, *answer = NULL;
  int failed = argc != 2 || reszoo_load(argv[1], NULL, &model) || reszoo_table_new(&row);
  for (int i = 0; i < 6 && !failed; ++i) failed = reszoo_table_add_numbers(row, number_names[i], numbers[i], 1);
  for (int i = 0; i < 3 && !failed; ++i)
    failed = reszoo_table_add_texts(row, text_names[i], (const char* const*)texts[i], 1);
  if (failed || reszoo_predict_table(model, row, NULL, &answer)) fprintf(stderr, "%s\n", reszoo_error());
  else printf("reszoo %s: a diamond for %.0f dollars\n", reszoo_version(), reszoo_table_numbers(answer, "prediction")[0]);
  failed = failed || answer == NULL;
  reszoo_free_table(answer);
  reszoo_free_table(row);
  reszoo_free_model(model);
  return failed ? 1 : 0;
}
