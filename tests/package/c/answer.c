#include <reszoo/c/reszoo.h>
#include <stdio.h>
int main(int argc, char** argv) {
  reszoo_model* model;
  reszoo_table *rows, *answers;
  if (argc != 3 || reszoo_load(argv[1], NULL, &model) || reszoo_table_read(argv[2], &rows) ||
      reszoo_predict_table(model, rows, NULL, &answers))
    return fprintf(stderr, "%s\n", reszoo_error()), 1;
  return printf("reszoo %s answers %.17g\n", reszoo_version(), reszoo_table_numbers(answers, "prediction")[0]) < 0;
}
