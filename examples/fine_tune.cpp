// Trains a network on eight classes and transfers it to two others: first as features, with Identity as the head; then
// with a new head on a frozen body; then all of it with layer-wise learning-rate decay. fine_tune FOLDER_OF_IDX_FILES
// ROWS_OF_A_CLASS EPOCHS
#include <fmt/format.h>

#include "reszoo/data/idx.h"
#include "reszoo/preprocess/image_transform.h"
#include "reszoo/train/freeze.h"
#include "reszoo/train/trainer.h"
#include "reszoo/zoo/registry.h"

using namespace reszoo;

/// Returns the first `rows` images of each class from `first` to `last`, which are renumbered 0, 1, …. In training the
/// images are shifted at random.
Dataset images_of(const ImageTensors& set, int64_t first, int64_t last, int64_t rows) {
  std::vector<Tensor> parts;
  for (auto label = first; label <= last; ++label)
    parts.push_back((set.labels == label).nonzero().squeeze(1).slice(0, 0, rows));
  const auto places = torch::cat(parts);
  const auto images = set.images.index_select(0, places).contiguous();
  const ImageTransform transform{{.channels = 1, .mean = {0.286}, .std = {0.353}}, RandomCrop::parse("padded:2")};
  const ImageSource source = [images](int64_t row) {
    return std::make_unique<InMemoryImage>(images.const_data_ptr<uint8_t>() + row * 28 * 28, 28, 28, 1);
  };
  return {image_examples(source, places.size(0), transform, 28, 28), set.labels.index_select(0, places) - first};
}

Tensor loss(const Tensor& outputs, const Tensor& targets) { return torch::cross_entropy_loss(outputs, targets); }

const Evaluation by_accuracy{.metrics =
                                 [](const Tensor& outputs, const Tensor& targets) {
                                   return Metrics{{"accuracy", accuracy(outputs.argmax(1), targets)}};
                                 },
                             .monitor = {.greater_is_better = true}};

double train(Network& network, const Dataset& data, const Dataset& test, double lr, int64_t epochs,
             std::vector<ParameterRule> rules = {}) {
  TrainerOptions options{
      .epochs = epochs, .batch_size = 64, .schedule = Schedule::parse("cosine:0.1"), .channels_last = true};
  options.optimizer = {
      .kind = OptimizerKind::sgd, .lr = lr, .weight_decay = 5e-4, .nesterov = true, .rules = std::move(rules)};
  Trainer trainer(network, loss, by_accuracy, options);
  trainer.fit(data);
  return trainer.evaluate(test).front().second;
}

/// Returns the fraction of rows whose nearest neighbour in feature space has the same class.
double nearest_neighbour(Network& network, const Dataset& known, const Dataset& asked) {
  const auto features = [&](const Dataset& rows) {
    return Trainer(network, loss, by_accuracy, {.batch_size = 256}).predict(rows);
  };
  const auto [memory, classes] = features(known);
  const auto [unknown, truth] = features(asked);
  return accuracy(classes.index_select(0, torch::cdist(unknown, memory).argmin(1)), truth);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  torch::manual_seed(0);
  const auto sets = read_idx_folder(argv[1]);
  const int64_t rows = std::stoll(argv[2]), epochs = std::stoll(argv[3]);
  auto network = create_model("cifar_resnet20", ImageOptions{.outputs = 8, .channels = 1});
  const double eight = train(network, images_of(sets.train, 0, 7, rows), images_of(sets.test, 0, 7, rows), 0.1, epochs);
  fmt::print("eight classes: {:.4f}\n", eight);

  const auto few = images_of(sets.train, 8, 9, 20),
             test = images_of(sets.test, 8, 9, rows);  // 20 images of each class: bags and boots
  network->replace_head(nn::Identity());               // forward now returns the features
  fmt::print("nearest neighbour by features: {:.4f}\n", nearest_neighbour(network, few, test));

  network->replace_head(nn::Linear(64, 2));
  freeze(*network, "*");
  unfreeze(*network, "fc.*");
  fmt::print("new head, body frozen: {:.4f}\n", train(network, few, test, 0.05, 40));
  unfreeze(*network, "*");
  network->train();
  fmt::print("all, rates by layer: {:.4f}\n", train(network, few, test, 0.01, 40, layer_decay_rules(*network, 0.75)));
}
