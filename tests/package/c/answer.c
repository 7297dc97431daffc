#include <reszoo/c/reszoo.h>
#include <stdio.h>
int main(int argc, char** argv) {
  reszoo_model* model;
  reszoo_table *rows, *answers;
  if (argc != 3 || reszoo_load(argv[1], NULL, &model) || reszoo_table_read(argv[2], &rows) ||
      reszoo_predict_table(model, rows, NULL, &answers))
    return fprintf(stderr, "%s\n", reszoo_error()), 1;
  const double* numbers = reszoo_table_numbers(answers, "prediction"); /* NULL if it has words */
  return numbers ? printf("%.17g\n", numbers[0]) < 0 : puts(reszoo_table_text(answers, "prediction", 0)) < 0;
}
