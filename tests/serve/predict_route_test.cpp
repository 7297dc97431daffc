// POST /predict: rows as JSON, CSV and forms, images; and the errors of each.
#include <gtest/gtest.h>

#include "http_client.h"
#include "reszoo/data/decode.h"
#include "served_files.h"

using namespace reszoo;
using namespace reszoo::test;
using nlohmann::json;

namespace {

const std::string kRow = R"({"size": 3, "colour": "red"})";

double price(const Reply& reply, size_t row = 0) {
  return reply.json().at("predictions").at(row).at("prediction").get<double>();
}

double expected_price(double size, const std::string& colour) {
  auto model = goods_model();
  model.fuse();
  return model.predict(Row{{"size", size}, {"colour", colour}}).value;
}

void expect_bad(int port, const std::string& body, const std::string& part,
                const std::string& type = "application/json") {
  const auto reply = post(port, "/predict", body, type);
  EXPECT_EQ(reply.status, 400) << reply.body;
  EXPECT_NE(reply.error().find(part), std::string::npos) << reply.error();
}

/// A form of one part; curl -F sends such a body.
std::string form(const std::string& disposition, const std::string& content, const std::string& type = "") {
  return "--xyz\r\nContent-Disposition: form-data; " + disposition + "\r\n" +
         (type.empty() ? "" : "Content-Type: " + type + "\r\n") + "\r\n" + content + "\r\n";
}

const std::string kFormType = "multipart/form-data; boundary=xyz";

}  // namespace

TEST(PredictRoute, ARowAndAListOfRows) {
  const auto served = serve_goods();
  const auto one = post(served.port(), "/predict", kRow);
  ASSERT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(one.headers.at("content-type"), "application/json");
  EXPECT_EQ(one.json().at("model"), "goods");
  EXPECT_NEAR(price(one), expected_price(3, "red"), 1e-3);
  const auto two = post(served.port(), "/predict?model=goods", "[" + kRow + R"(, {"size": null, "colour": "blue"}])");
  ASSERT_EQ(two.json().at("predictions").size(), 2u) << two.body;
  EXPECT_NEAR(price(two), price(one), 1e-3);
}

TEST(PredictRoute, WhatAPlainClientSends) {
  const auto served = serve_goods();
  // The type of curl -d.
  EXPECT_EQ(post(served.port(), "/predict", kRow, "application/x-www-form-urlencoded").status, 200);
  EXPECT_EQ(post(served.port(), "/predict", kRow, "").status, 200);
  EXPECT_EQ(post(served.port(), "/predict", "size=3&colour=red", "application/x-www-form-urlencoded").status, 415);
  EXPECT_EQ(post(served.port(), "/predict", kRow, "text/html").status, 415);
}

TEST(PredictRoute, Csv) {
  const auto served = serve_goods();
  const auto reply = post(served.port(), "/predict", "colour,size\nred,3\nblue,\n", "text/csv; charset=utf-8");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json().at("predictions").size(), 2u);
  EXPECT_NEAR(price(reply), expected_price(3, "red"), 1e-3);
}

TEST(PredictRoute, Forms) {
  const auto served = serve_goods();
  const auto fields = form("name=\"size\"", "3") + form("name=\"colour\"", "red") + "--xyz--\r\n";
  const auto row = post(served.port(), "/predict", fields, kFormType);
  ASSERT_EQ(row.status, 200) << row.body;
  EXPECT_NEAR(price(row), expected_price(3, "red"), 1e-3);
  const auto file = form("name=\"f\"; filename=\"a;b.csv\"", "size,colour\n3,red\n", "text/csv") + "--xyz--\r\n";
  EXPECT_NEAR(price(post(served.port(), "/predict", file, kFormType)), expected_price(3, "red"), 1e-3);
  expect_bad(served.port(), form("name=\"size\"", "3"), "form: ", kFormType);
  expect_bad(served.port(), "--xyz--", "form: ", kFormType);
  expect_bad(served.port(), fields, "boundary", "multipart/form-data");
  expect_bad(served.port(), form("filename=\"a\"", "3") + "--xyz--", "no name", kFormType);
}

TEST(PredictRoute, Classes) {
  const auto served = serve_goods({}, "grade");
  const auto said = post(served.port(), "/predict", kRow).json().at("predictions").at(0);
  auto model = goods_model("grade");
  model.fuse();
  const auto expected = model.predict(Row{{"size", 3.0}, {"colour", "red"}});
  EXPECT_EQ(said.at("prediction"), expected.label);
  ASSERT_EQ(said.at("probabilities").size(), 3u);
  for (size_t c = 0; c < 3; ++c)
    EXPECT_NEAR(said.at("probabilities").at(model.target->classes()[c]).get<double>(), expected.probabilities[c], 1e-5);
  const auto first = post(served.port(), "/predict?topk=1", kRow).json().at("predictions").at(0);
  EXPECT_EQ(first.at("probabilities").size(), 1u);
  EXPECT_TRUE(first.at("probabilities").contains(expected.label));
  EXPECT_EQ(post(served.port(), "/predict?topk=x", kRow).status, 400);
}

TEST(PredictRoute, Images) {
  ServedFolder served;
  served.put("pets", small_model());
  served.start();
  const auto bright = photo(50, 40, 220);
  const auto reply = post(served.port(), "/predict", bright, "image/jpeg");
  ASSERT_EQ(reply.status, 200) << reply.body;
  auto model = small_model();
  model.fuse();
  const auto expected = model.predict(*open_image(Bytes::own(bright), "bright"));
  EXPECT_EQ(reply.json().at("predictions").at(0).at("prediction"), expected.label);
  EXPECT_EQ(post(served.port(), "/predict", bright, "application/octet-stream").json(), reply.json());
  const auto two = form("name=\"a\"; filename=\"one.jpg\"", bright, "image/jpeg") +
                   form("name=\"b\"; filename=\"two.jpg\"", photo(40, 40, 20), "image/jpeg") + "--xyz--\r\n";
  const auto both = post(served.port(), "/predict", two, kFormType);
  ASSERT_EQ(both.status, 200) << both.body;
  EXPECT_EQ(both.json().at("predictions").at(0).at("input"), "one.jpg");
  EXPECT_EQ(both.json().at("predictions").at(1).at("input"), "two.jpg");
  expect_bad(served.port(), bright.substr(0, 300), "the image", "image/jpeg");
  expect_bad(served.port(), "no image", "the image", "image/png");
  expect_bad(served.port(), kRow, "reads images");
}

TEST(PredictRoute, WrongRowsAreNamed) {
  const auto served = serve_goods();
  expect_bad(served.port(), "", "no body");
  expect_bad(served.port(), "{", "not JSON");
  expect_bad(served.port(), "[]", "a list of objects");
  expect_bad(served.port(), "3", "a list of objects");
  expect_bad(served.port(), "[3]", "row 1");
  expect_bad(served.port(), "{}", "table");
  expect_bad(served.port(), R"({"size": 3})", "colour");
  expect_bad(served.port(), R"({"size": 3, "color": "red"})", "colour");
  expect_bad(served.port(), R"([{"size": 3, "colour": "red"}, {"size": [3], "colour": "red"}])", "row 2");
  expect_bad(served.port(), R"([{"size": 3, "colour": "red"}, {"size": "big", "colour": "red"}])", "row 2");
  expect_bad(served.port(), "size,colour\n3\n", "row 1", "text/csv");
  expect_bad(served.port(), "\x1f\x8b\x08 and more", "UTF-8", "text/csv");
  expect_bad(served.port(), std::string(100'000, '['), "not JSON");
  expect_bad(served.port(), photo(8, 8, 1), "rows", "image/jpeg");
}

TEST(PredictRoute, SeveralModels) {
  ServedFolder served;
  served.put("goods", goods_model());
  served.put("grades", goods_model("grade"));
  served.start();
  EXPECT_EQ(get(served.port(), "/models").json(), json({{"models", {"goods", "grades"}}}));
  EXPECT_EQ(post(served.port(), "/predict?model=grades", kRow).json().at("model"), "grades");
  expect_bad(served.port(), kRow, "?model=NAME");
  const auto unknown = post(served.port(), "/predict?model=good", kRow);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_NE(unknown.error().find("did you mean goods?"), std::string::npos) << unknown.error();
}

TEST(PredictRoute, ThePageAndTheCard) {
  const auto served = serve_goods({}, "grade");
  const auto page = get(served.port(), "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.body.find("http"), std::string::npos) << "the page refers to another server";
  const auto card = get(served.port(), "/card").json();
  EXPECT_EQ(card.at("name"), "goods");
  EXPECT_EQ(card.at("reads"), "table");
  EXPECT_EQ(card.at("task"), "multiclass");
  EXPECT_EQ(card.at("classes"), json({"high", "low", "middle"}));
  ASSERT_EQ(card.at("columns").size(), 2u);
  EXPECT_EQ(card.at("columns").at(1).at("name"), "size");
  EXPECT_EQ(card.at("columns").at(0).at("words"), json({"blue", "green", "red"}));
}
