// Small model files to serve.
#pragma once
#include "infer/small_model.h"
#include "reszoo/serve/model_server.h"
#include "support/jpeg.h"
#include "support/support.h"

namespace reszoo::test {

/// Rows with a number and a category; the target is made from them.
inline std::vector<Row> goods_rows(const std::string& target) {
  std::vector<Row> rows;
  for (int i = 0; i < 60; ++i) {
    const std::string colour = i % 3 == 0 ? "red" : i % 3 == 1 ? "green" : "blue";
    Row row{{"size", 1.0 + i % 17}, {"colour", colour}};
    if (target == "price") row[target] = 100.5 + 3.25 * (i % 17) + (colour == "red" ? 40 : 0);
    else row[target] = i % 17 > 8 ? "high" : i % 17 > 4 ? "middle" : "low";
    rows.push_back(row);
  }
  return rows;
}

/// A model of goods; `variant` changes its weights.
inline Model goods_model(const std::string& target = "price", double variant = 1) {
  const auto table = frame_of(goods_rows(target));
  Model model{.name = "tabular_mlp"};
  model.table = TablePreprocess::fit(table, target, {.numeric = {"size"}, .categorical = {"colour"}});
  model.target = Target::fit(table.at(target));
  model.options = TabularOptions{.outputs = model.target->outputs(),
                                 .numeric = model.table->numeric_count(),
                                 .cardinalities = model.table->cardinalities(),
                                 .blocks = 1,
                                 .width = 16};
  model.networks = {create_model(model.name, model.options)};
  fill_module(*model.network());
  const torch::NoGradGuard no_grad;
  for (auto& parameter : model.network()->parameters()) parameter.mul_(variant);
  model.network()->eval();
  return model;
}

/// A JPEG file of one colour.
inline std::string photo(int width, int height, uint8_t shade) {
  return jpeg(std::vector<uint8_t>(static_cast<size_t>(width * height * 3), shade), width);
}

/// Folder with model files, and a server of them on a free port.
struct ServedFolder {
  std::unique_ptr<TempDir> in = std::make_unique<TempDir>();
  std::unique_ptr<ModelServer> server = nullptr;

  const TempDir& folder() const { return *in; }

  std::filesystem::path put(const std::string& name, const Model& model) const {
    const auto path = folder() / (name + ".safetensors");
    model.save(path);
    return path;
  }
  void start(ServerOptions options = {}) {
    options.port = 0;
    server = std::make_unique<ModelServer>(model_sources({folder().path().string()}), std::move(options));
  }
  int port() const { return server->port(); }
};

/// A server of the model of prices, called goods.
inline ServedFolder serve_goods(ServerOptions options = {}, const std::string& target = "price") {
  ServedFolder served;
  served.put("goods", goods_model(target));
  served.start(std::move(options));
  return served;
}

}  // namespace reszoo::test
