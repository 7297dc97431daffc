#include "handles.h"

#include "reszoo/base/json_text.h"
#include "reszoo/infer/model_card.h"

namespace reszoo::c {

reszoo_model described(Predictor predictor) {
  auto card = json_text(model_card(predictor));
  return {std::move(predictor), std::move(card)};
}

}  // namespace reszoo::c
