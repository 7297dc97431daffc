// The Open Inference Protocol, version 2: metadata, tensors in JSON and in binary.
#include <gtest/gtest.h>

#include <cstring>

#include "http_client.h"
#include "reszoo/base/base64.h"
#include "reszoo/data/decode.h"
#include "served_files.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

json column(const std::string& name, const std::string& datatype, const json& data) {
  return {{"name", name}, {"datatype", datatype}, {"shape", {data.size()}}, {"data", data}};
}

json two_rows() { return {column("size", "FP64", {3, 5.5}), column("colour", "BYTES", {"red", "blue"})}; }

Reply infer(int port, const json& body, const std::string& model = "goods") {
  return post(port, "/v2/models/" + model + "/infer", body.dump());
}

/// Sends JSON and binary data.
Reply infer_binary(int port, const json& body, const std::string& binary, const std::string& model = "goods") {
  const auto text = body.dump();
  return post(port, "/v2/models/" + model + "/infer", text + binary, "application/octet-stream",
              {fmt::format("Inference-Header-Content-Length: {}", text.size())});
}

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

json binary_input(const std::string& name, const std::string& datatype, const std::vector<int64_t>& shape,
                  size_t size) {
  return {{"name", name}, {"datatype", datatype}, {"shape", shape}, {"parameters", {{"binary_data_size", size}}}};
}

std::vector<double> expected_prices() {
  auto model = goods_model();
  model.fuse();
  const std::vector<Row> rows = {{{"size", 3.0}, {"colour", "red"}}, {{"size", 5.5}, {"colour", "blue"}}};
  std::vector<double> prices;
  for (const auto& said : model.predict(std::span<const Row>(rows))) prices.push_back(said.value);
  return prices;
}

void expect_prices(const json& data) {
  const auto expected = expected_prices();
  ASSERT_EQ(data.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(data.at(i).get<double>(), expected[i], 1e-3);
}

void expect_refused(int port, const json& body, const std::string& part, int status = 400,
                    const std::string& model = "goods") {
  const auto reply = infer(port, body, model);
  EXPECT_EQ(reply.status, status) << reply.body;
  EXPECT_NE(reply.error().find(part), std::string::npos) << reply.error();
}

ServedFolder serve_pets() {
  ServedFolder served;
  served.put("pets", small_model());
  served.start();
  return served;
}

}  // namespace

TEST(InferRoute, Metadata) {
  const auto served = serve_goods({}, "grade");
  EXPECT_EQ(get(served.port(), "/v2").json().at("name"), "reszoo");
  EXPECT_EQ(get(served.port(), "/v2/").json().at("extensions"), json({"binary_tensor_data"}));
  EXPECT_EQ(get(served.port(), "/v2/health/live").json(), json({{"live", true}}));
  EXPECT_EQ(get(served.port(), "/v2/health/ready").json(), json({{"ready", true}}));
  EXPECT_EQ(get(served.port(), "/v2/models/goods/ready").json(), json({{"name", "goods"}, {"ready", true}}));
  const auto model = get(served.port(), "/v2/models/goods/versions/1").json();
  EXPECT_EQ(model.at("name"), "goods");
  EXPECT_EQ(model.at("versions"), json({"1"}));
  EXPECT_EQ(model.at("inputs"), json({{{"name", "colour"}, {"datatype", "BYTES"}, {"shape", {-1}}},
                                      {{"name", "size"}, {"datatype", "FP64"}, {"shape", {-1}}}}));
  EXPECT_EQ(model.at("outputs"), json({{{"name", "prediction"}, {"datatype", "BYTES"}, {"shape", {-1}}},
                                       {{"name", "probabilities"}, {"datatype", "FP64"}, {"shape", {-1, 3}}}}));
  EXPECT_EQ(get(served.port(), "/v2/models/goods/versions/2").status, 404);
  EXPECT_EQ(get(served.port(), "/v2/models/others").status, 404);
}

TEST(InferRoute, ColumnsInJson) {
  const auto served = serve_goods();
  const auto reply = infer(served.port(), {{"id", "a7"}, {"inputs", two_rows()}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto answer = reply.json();
  EXPECT_EQ(answer.at("id"), "a7");
  EXPECT_EQ(answer.at("model_name"), "goods");
  EXPECT_EQ(answer.at("model_version"), "1");
  ASSERT_EQ(answer.at("outputs").size(), 1u);
  EXPECT_EQ(answer.at("outputs").at(0).at("datatype"), "FP64");
  EXPECT_EQ(answer.at("outputs").at(0).at("shape"), json({2}));
  expect_prices(answer.at("outputs").at(0).at("data"));
}

TEST(InferRoute, ColumnsOfEveryDatatype) {
  const auto served = serve_goods();
  for (const auto* datatype : {"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "FP32"}) {
    const auto reply = infer(served.port(), {{"inputs",
                                              {column("size", datatype, {3}),  //
                                               column("colour", "BYTES", {"red"})}}});
    ASSERT_EQ(reply.status, 200) << datatype << reply.body;
    EXPECT_NEAR(reply.json().at("outputs").at(0).at("data").at(0).get<double>(), expected_prices()[0], 1e-3);
  }
  // A column of shape [N, 1], nested, with a missing value.
  const json nested = {{"name", "size"}, {"datatype", "FP32"}, {"shape", {2, 1}}, {"data", {{3}, {nullptr}}}};
  EXPECT_EQ(infer(served.port(), {{"inputs", {nested, column("colour", "BYTES", {"red", nullptr})}}}).status, 200);
}

TEST(InferRoute, BinaryColumnsAndOutputs) {
  const auto served = serve_goods();
  const auto numbers = bytes_of<float>({3, 5.5});
  const std::string words("\3\0\0\0red\4\0\0\0blue", 15);
  const json inputs = {binary_input("size", "FP32", {2}, numbers.size()),
                       binary_input("colour", "BYTES", {2}, words.size())};
  const auto plain = infer_binary(served.port(), {{"inputs", inputs}}, numbers + words);
  ASSERT_EQ(plain.status, 200) << plain.body;
  expect_prices(plain.json().at("outputs").at(0).at("data"));
  const auto reply = infer_binary(served.port(), {{"inputs", inputs}, {"parameters", {{"binary_data_output", true}}}},
                                  numbers + words);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto length = std::stoul(reply.headers.at("inference-header-content-length"));
  const auto answer = json::parse(reply.body.substr(0, length));
  EXPECT_EQ(answer.at("outputs").at(0).at("parameters").at("binary_data_size"), 16);
  ASSERT_EQ(reply.body.size(), length + 16);
  std::vector<double> prices(2);
  std::memcpy(prices.data(), reply.body.data() + length, 16);
  expect_prices(prices);
}

TEST(InferRoute, AskedOutputs) {
  const auto served = serve_goods({}, "grade");
  const auto reply = infer(served.port(), {{"inputs", two_rows()}, {"outputs", {{{"name", "probabilities"}}}}});
  const auto outputs = reply.json().at("outputs");
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs.at(0).at("shape"), json({2, 3}));
  EXPECT_EQ(outputs.at(0).at("data").size(), 6u);
  expect_refused(served.port(), {{"inputs", two_rows()}, {"outputs", {{{"name", "probability"}}}}}, "probabilities");
  const auto mixed = infer(
      served.port(),
      {{"inputs", two_rows()},
       {"outputs", {{{"name", "prediction"}, {"parameters", {{"binary_data", true}}}}, {{"name", "probabilities"}}}}});
  const auto length = std::stoul(mixed.headers.at("inference-header-content-length"));
  EXPECT_EQ(json::parse(mixed.body.substr(0, length)).at("outputs").at(1).at("data").size(), 6u);
  EXPECT_GT(mixed.body.size(), length + 8);
}

TEST(InferRoute, ThePreparedInput) {
  const auto served = serve_goods();
  auto model = goods_model();
  const std::vector<Row> rows = {{{"size", 3.0}, {"colour", "red"}}, {{"size", 5.5}, {"colour", "blue"}}};
  const auto prepared = model.input(frame_of(rows)).contiguous();
  const std::vector<float> values(prepared.const_data_ptr<float>(), prepared.const_data_ptr<float>() + 4);
  const json input = {{"name", "input"}, {"datatype", "FP32"}, {"shape", {2, 2}}, {"data", values}};
  const auto reply = infer(served.port(), {{"inputs", {input}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  expect_prices(reply.json().at("outputs").at(0).at("data"));
  auto wide = input;
  wide["shape"] = {1, 4};
  EXPECT_EQ(infer(served.port(), {{"inputs", {wide}}}).status, 400);
}

TEST(InferRoute, ImagesInThreeForms) {
  const auto served = serve_pets();
  const auto bright = photo(50, 40, 220);
  auto model = small_model();
  model.fuse();
  const auto expected = model.predict(*open_image(Bytes::own(bright), "bright")).probabilities;
  const auto check = [&](const Reply& reply) {
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_NEAR(reply.json().at("outputs").at(1).at("data").at(1).get<double>(), expected[1], 1e-5);
  };
  check(infer(served.port(), {{"inputs", {column("image", "BYTES", {base64(bright)})}}}, "pets"));
  std::string encoded(4, '\0');
  for (size_t i = 0; i < 4; ++i) encoded[i] = static_cast<char>(bright.size() >> (8 * i) & 0xff);
  encoded += bright;
  check(infer_binary(served.port(), {{"inputs", {binary_input("image", "BYTES", {1}, encoded.size())}}}, encoded,
                     "pets"));
  const auto pixels = decode_image(bright, "bright");
  const std::string raw(reinterpret_cast<const char*>(pixels.const_data_ptr<uint8_t>()),
                        static_cast<size_t>(pixels.numel()));
  check(infer_binary(served.port(), {{"inputs", {binary_input("image", "UINT8", {1, 40, 50, 3}, raw.size())}}}, raw,
                     "pets"));
  const auto prepared = model.input(*open_image(Bytes::own(bright), "bright")).contiguous();
  const std::string floats(reinterpret_cast<const char*>(prepared.const_data_ptr<float>()),
                           static_cast<size_t>(prepared.numel()) * 4);
  check(infer_binary(served.port(),
                     {{"inputs", {binary_input("input", "FP32", prepared.sizes().vec(), floats.size())}}}, floats,
                     "pets"));
  expect_refused(served.port(), {{"inputs", {column("image", "BYTES", {"%%%"})}}}, "base64", 400, "pets");
  expect_refused(served.port(), {{"inputs", {column("image", "FP32", {1})}}}, "input \"image\"", 400, "pets");
  expect_refused(served.port(), {{"inputs", {column("size", "FP32", {1})}}}, "no such input", 400, "pets");
}

TEST(InferRoute, WrongRequests) {
  const auto served = serve_goods();
  const auto port = served.port();
  expect_refused(port, {{"inputs", two_rows()}}, "no model is called good", 404, "good");
  expect_refused(port, json::array(), "\"inputs\"");
  expect_refused(port, {{"inputs", json::array()}}, "must have an input");
  expect_refused(port, {{"inputs", {3}}}, "must be an object");
  expect_refused(port, {{"inputs", {{{"name", "size"}}}}}, "\"datatype\"");
  expect_refused(port, {{"inputs", {column("sise", "FP32", {1}), column("colour", "BYTES", {"red"})}}},
                 "did you mean size?");
  expect_refused(port, {{"inputs", {column("size", "FP32", {1})}}}, "colour");
  expect_refused(port, {{"inputs", {column("size", "FP31", {1})}}}, "FP31");
  expect_refused(port, {{"inputs", {column("size", "INT32", {1.5})}}}, "value 1 must be INT32");
  expect_refused(port, {{"inputs", {column("size", "FP32", {"big"})}}}, "value 1 must be FP32");
  expect_refused(port, {{"inputs", {column("size", "FP32", {1}), column("colour", "BYTES", {"red", "red"})}}},
                 "has 2 rows");
  auto wrong = column("size", "FP32", {1, 2});
  wrong["shape"] = {3};
  expect_refused(port, {{"inputs", {wrong}}}, "the shape [3] has 3 values, got 2");
  for (const auto& shape : {json({-1}), json({1LL << 62, 1LL << 62}), json({2, "x"}), json(7)}) {
    wrong["shape"] = shape;
    expect_refused(port, {{"inputs", {wrong}}}, "shape");
  }
  wrong["shape"] = {2};
  wrong["data"] = {{{{1, 2}}}};
  expect_refused(port, {{"inputs", {wrong}}}, "nested");
}

TEST(InferRoute, WrongBinaryData) {
  const auto served = serve_goods();
  const auto port = served.port();
  const auto refused = [&](const json& inputs, const std::string& binary, const std::string& part) {
    const auto reply = infer_binary(port, {{"inputs", inputs}}, binary);
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.error().find(part), std::string::npos) << reply.error();
  };
  refused(json::array({binary_input("size", "FP32", {2}, 8)}), "1234", "has 8 bytes of binary data, but 4 are left");
  refused(json::array({binary_input("size", "FP32", {2}, 4)}), "1234", "the shape [2] has 2 values, got 1");
  refused(json::array({binary_input("size", "FP32", {1}, 4)}), "12345", "1 bytes that no input takes");
  refused(json::array({binary_input("colour", "BYTES", {1}, 6)}), std::string("\x09\0\0\0ab", 6), "end within value 1");
  refused(json::array({binary_input("colour", "BYTES", {1}, 2)}), "ab", "end within value 1");
  const auto reply = post(port, "/v2/models/goods/infer", "{}", "", {"Inference-Header-Content-Length: 99"});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.error().find("Inference-Header-Content-Length"), std::string::npos);
}
