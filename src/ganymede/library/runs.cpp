#include "ganymede/runs.h"

#include "ganymede/core/device.h"
#include "ganymede/library/border.h"
#include "ganymede/library/impl.h"
#include "ganymede/operations/check.h"
#include "ganymede/operations/evaluate.h"
#include "ganymede/operations/export.h"
#include "ganymede/operations/features.h"
#include "ganymede/operations/import.h"
#include "ganymede/operations/train.h"

namespace ganymede {
namespace {

/// Checks the request, then does `work`.
template <class Request, class Work>
auto checked(const Request& request, Work&& work) {
  return library::at_border([&] {
    library::start_log_once();
    operations::check_fields(request);
    return work();
  });
}

EvaluateResult result_of(operations::EvaluateResult&& found) {
  EvaluateResult out;
  for (const auto& [name, value] : found.metrics.items()) {
    if (value.is_number()) out.metrics[name] = value.get<double>();
    if (value.is_object() && value.contains("mean")) out.metrics[name] = value["mean"].get<double>();
  }
  const nlohmann::json document{{"metrics", std::move(found.metrics)}, {"protocol", std::move(found.protocol)}};
  out.json = document.dump();
  return out;
}

}  // namespace

inline namespace GANYMEDE_CXX_VERSION {

TrainResult train_model(const TrainRequest& request, const std::string& device, const Control& control) {
  return checked(request, [&] { return operations::train(request, choose_device(device), control); });
}
EvaluateResult evaluate(const Model& model, const EvaluateRequest& request, const Control& control) {
  return checked(request, [&] { return result_of(operations::evaluate(model.impl().model, request, control)); });
}
EvaluateResult evaluate(const EvaluateRequest& request, const std::string& device, const Control& control) {
  return checked(request, [&] { return result_of(operations::evaluate(request, choose_device(device), control)); });
}
FeaturesResult features(const Model& model, const FeaturesRequest& request, const Control& control) {
  return checked(request, [&] { return operations::features(*model.impl().model, request, control); });
}
std::vector<ExportedFile> export_model(const Model& model, const ExportRequest& request, const Control& control) {
  return checked(request, [&] { return operations::export_model(*model.impl().model, request, control); });
}
ImportResult import_model(const ImportRequest& request, const Control& control) {
  return checked(request, [&] { return operations::import_model(request, control); });
}

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
