/* The C interface of reszoo, for programs in C and in every language that can call it.
 *
 *     reszoo_model* model;
 *     reszoo_table *rows, *answers;
 *     const double carat = 0.3;
 *     const char* cut = "Ideal";
 *     if (reszoo_load("model.safetensors", NULL, &model) || reszoo_table_new(&rows) ||
 *         reszoo_table_add_numbers(rows, "carat", &carat, 1) || reszoo_table_add_texts(rows, "cut", &cut, 1) ||
 *         reszoo_predict_table(model, rows, NULL, &answers)) {
 *       fprintf(stderr, "%s\n", reszoo_error());
 *       return 1;
 *     }
 *     printf("%g\n", reszoo_table_numbers(answers, "prediction")[0]);
 *
 * Conventions:
 * - A function that can fail returns a reszoo_status: 0 if it succeeded. Its last argument then holds the result;
 *   otherwise it is not changed, and `reszoo_error` has the reason.
 * - What a function creates is freed by the reszoo_free_... function of its type, which accepts NULL. Arguments are
 *   copied and stay the caller's, unless a comment says otherwise.
 * - `options` are a JSON object, such as "{\"precision\": \"float32\"}", or NULL. A name that is not known is an error.
 * - All text is UTF-8 and ends with a zero byte.
 * - All functions may be called from several threads at once, also for the same model. A table that one thread is
 *   filling must not be used by another one.
 */
#ifndef RESZOO_C_RESZOO_H
#define RESZOO_C_RESZOO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RESZOO_API __attribute__((visibility("default")))
#else
#define RESZOO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What must change to avoid an error. */
typedef enum reszoo_status {
  RESZOO_OK = 0,
  RESZOO_USAGE = 1,   /* an argument or option is invalid */
  RESZOO_INPUT = 2,   /* data is invalid: a column is missing, a value is not a number */
  RESZOO_FILE = 3,    /* a file cannot be read or written, or is damaged */
  RESZOO_DEVICE = 4,  /* a device does not exist or has failed */
  RESZOO_STOPPED = 5, /* the progress function ended the training */
  RESZOO_FAILED = 6   /* anything else, such as a lack of memory */
} reszoo_status;

typedef struct reszoo_model reszoo_model;   /* a network, its preprocessing and the meaning of its outputs */
typedef struct reszoo_table reszoo_table;   /* named columns of numbers or text: rows to predict, and predictions */
typedef struct reszoo_tensor reszoo_tensor; /* floats, row by row, and their shape */

/* Structures of Arrow's C data interface, which programs declare as its specification says. */
struct ArrowSchema;
struct ArrowArray;

/* Returns the version, such as "0.3.0". */
RESZOO_API const char* reszoo_version(void);

/* Returns the message of this thread's last call that failed, one line; "" if none has. It is valid until the next call
 * that fails. */
RESZOO_API const char* reszoo_error(void);

/* Sets how many threads compute; 0: all CPUs that the process may use, which is the default. */
RESZOO_API reszoo_status reszoo_set_threads(int threads);

/* --- Models --- */

/* Loads a model file, or weights in any format (.pth, safetensors, TorchScript).
 *
 * Options: "model", the network of weights that do not name it ("resnet50"); "fuse", whether to prepare the network for
 * inference (true); "precision", what it computes in ("automatic", "float32", "bfloat16", "int8"); "verify", whether to
 * check digests (true); "key", the state to load if the file has several. */
RESZOO_API reszoo_status reszoo_load(const char* path, const char* options, reszoo_model** model);

/* Writes a model file. */
RESZOO_API reszoo_status reszoo_save(const reszoo_model* model, const char* path);

RESZOO_API void reszoo_free_model(reszoo_model* model);

/* Returns what the model is, as a JSON object: "network", "reads" ("table", "images" or "tensor"), "columns", "image",
 * "task", "target", "classes". Valid as long as the model. */
RESZOO_API const char* reszoo_describe(const reszoo_model* model);

/* --- Tables --- */

/* Creates a table without columns. */
RESZOO_API reszoo_status reszoo_table_new(reszoo_table** table);

/* Adds a column of numbers, of which NaN is missing, or of text, of which NULL and "" are missing. All columns have the
 * same number of rows. */
RESZOO_API reszoo_status reszoo_table_add_numbers(reszoo_table* table, const char* name, const double* values,
                                                  int64_t rows);
RESZOO_API reszoo_status reszoo_table_add_texts(reszoo_table* table, const char* name, const char* const* values,
                                                int64_t rows);

/* Reads CSV, Parquet, Arrow or JSON Lines: a file, a folder, a pattern or the URL of an object store. */
RESZOO_API reszoo_status reszoo_table_read(const char* path, reszoo_table** table);

/* Writes CSV or Parquet, as the name ends. */
RESZOO_API reszoo_status reszoo_table_write(const reszoo_table* table, const char* path);

/* Takes a record batch of Arrow's C data interface. Both structures are released by this call, also if it fails. */
RESZOO_API reszoo_status reszoo_table_from_arrow(struct ArrowSchema* schema, struct ArrowArray* batch,
                                                 reszoo_table** table);

/* Fills two structures of the caller with a record batch, which the caller releases. */
RESZOO_API reszoo_status reszoo_table_to_arrow(const reszoo_table* table, struct ArrowSchema* schema,
                                               struct ArrowArray* batch);

RESZOO_API void reszoo_free_table(reszoo_table* table);

RESZOO_API int64_t reszoo_table_rows(const reszoo_table* table);
RESZOO_API int64_t reszoo_table_columns(const reszoo_table* table);

/* Returns the name of a column, from 0; NULL if there is none. */
RESZOO_API const char* reszoo_table_name(const reszoo_table* table, int64_t column);

/* Returns the numbers of a column, one for each row; NULL if there is no such column or it is text. */
RESZOO_API const double* reszoo_table_numbers(const reszoo_table* table, const char* name);

/* Returns the text of a cell, rows from 0; NULL if it is missing, or there is no such column, or it is numbers. Valid
 * as long as the table. */
RESZOO_API const char* reszoo_table_text(const reszoo_table* table, const char* name, int64_t row);

/* Returns a line about what a model had never seen in training, of the rows that this table of predictions is for; ""
 * if there is nothing to say. */
RESZOO_API const char* reszoo_table_note(const reszoo_table* table);

/* --- Predictions --- */

/* An image: the bytes of a JPEG, PNG, WebP, GIF, BMP, TIFF or npy file, or, with a height, RGB pixels. */
typedef struct reszoo_image {
  const void* data;
  size_t size;           /* bytes of the file; not read for pixels */
  int64_t height, width; /* pixels; 0 for a file */
  int64_t row_stride;    /* bytes from a row of pixels to the next one; 0: width * 3 */
  const char* name;      /* for messages; may be NULL */
} reszoo_image;

/* Predicts rows or images. The table has a row for each, in their order. Its column "prediction" is the number, or the
 * class; several targets and quantiles have a column each. A row without an answer is missing.
 *
 * Options: "probabilities", whether to add a column for each class (false). */
RESZOO_API reszoo_status reszoo_predict_table(reszoo_model* model, const reszoo_table* rows, const char* options,
                                              reszoo_table** predictions);
RESZOO_API reszoo_status reszoo_predict_images(reszoo_model* model, const reszoo_image* images, int64_t count,
                                               const char* options, reszoo_table** predictions);

/* Explains predictions of rows: what each column contributes to each of them (Shapley values). The table has a row for
 * each row: "base_value" and "contribution_<column>" for each column, whose sum is the prediction, and, for classes,
 * "explained", the class. Rows without a prediction are NaN.
 *
 * Options: "output", the class or target to explain (the second of two classes, of more the predicted one); "rounds",
 * pairs of permutations for each background row (1); "seed" (0); "background", a file of rows to compare with instead
 * of the training rows that the model has. */
RESZOO_API reszoo_status reszoo_explain_table(reszoo_model* model, const reszoo_table* rows, const char* options,
                                              reszoo_table** explanation);

/* Returns the features, which are what the network's head reads. Shape: (rows, channels). */
RESZOO_API reszoo_status reszoo_features_table(reszoo_model* model, const reszoo_table* rows, reszoo_tensor** features);
RESZOO_API reszoo_status reszoo_features_images(reszoo_model* model, const reszoo_image* images, int64_t count,
                                                reszoo_tensor** features);

/* Runs the network on inputs that are prepared already, such as (N, 3, 224, 224) for images, and returns its outputs.
 */
RESZOO_API reszoo_status reszoo_run(reszoo_model* model, const float* input, const int64_t* shape, int64_t dimensions,
                                    reszoo_tensor** outputs);

RESZOO_API void reszoo_free_tensor(reszoo_tensor* tensor);
RESZOO_API int64_t reszoo_tensor_dimensions(const reszoo_tensor* tensor);
RESZOO_API const int64_t* reszoo_tensor_shape(const reszoo_tensor* tensor);
RESZOO_API const float* reszoo_tensor_data(const reszoo_tensor* tensor);

/* --- Training --- */

typedef struct reszoo_progress {
  int64_t epoch, epochs; /* from 1 */
  int64_t step, steps;   /* finished steps of this epoch, and all its steps */
  double loss;           /* mean over the rows of the epoch so far */
  double validation;     /* the monitored metric, at the end of an epoch; NaN before */
  double rows_per_second;
  double seconds_left;
} reszoo_progress;

/* Is called after each step and each epoch. If it returns anything but 0, training ends with RESZOO_STOPPED. */
typedef int (*reszoo_progress_function)(const reszoo_progress* progress, void* context);

/* Trains a model on a table. `progress` may be NULL; `context` is handed to it.
 *
 * Options: "target", a column or a list of them, which must be given; "recipe" ("auto", "fast", "paper"); "epochs";
 * "time_limit", seconds; "validation" and "test", shares of the rows (0.1, 0); "task" ("regression", "classification",
 * …, default: by the target's values); "ignore", columns that are no inputs; "seed" (0); "folder", for a checkpoint of
 * each epoch and the best model. */
RESZOO_API reszoo_status reszoo_train_table(const reszoo_table* rows, const char* options,
                                            reszoo_progress_function progress, void* context, reszoo_model** model);

#ifdef __cplusplus
}
#endif

#endif
