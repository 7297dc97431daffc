#include "reszoo/train/trainer.h"

#include "train/train_loop.h"

namespace reszoo {

Trainer::Trainer(AnyModule model, Loss loss, Evaluation evaluation, TrainerOptions options, TrainerHooks hooks)
    : loop_(std::make_unique<detail::TrainLoop>(std::move(model), std::move(loss), std::move(evaluation), options,
                                                std::move(hooks))) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

TrainResult Trainer::fit(const Dataset& train, const std::optional<Dataset>& validation) {
  return loop_->fit(*this, train, validation);
}

Metrics Trainer::evaluate(const Dataset& data) { return loop_->evaluate(data); }
std::pair<Tensor, Tensor> Trainer::predict(const Dataset& data) { return loop_->predict(data); }
double Trainer::train_step(const Batch& batch, double lr) { return loop_->train_step(batch, lr); }
void Trainer::require_finite(double loss) const { loop_->require_finite(loss); }
AnyModule& Trainer::model() { return loop_->model(); }
Optimizer& Trainer::optimizer() { return loop_->optimizer(); }
const TrainState& Trainer::state() const { return loop_->state(); }
const TrainerOptions& Trainer::options() const { return loop_->options(); }

}  // namespace reszoo
