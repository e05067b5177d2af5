// What works on data sets and files: training, evaluation, export and import. As in operations.h, the requests are
// those of the command line, with the pages of docs/reference/.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ganymede/control.h"
#include "ganymede/error.h"
#include "ganymede/export.h"
#include "ganymede/model.h"
#include "ganymede/operations/evaluate_request.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/features_request.h"
#include "ganymede/operations/import_request.h"
#include "ganymede/operations/results.h"
#include "ganymede/operations/train_request.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

using operations::EvaluateRequest;
using operations::FeaturesRequest;
using operations::FeaturesResult;  // a row of accuracies for each kind of features
using operations::FromNetworks;    // which networks TrainRequest::from starts
using operations::TrainRequest;
using operations::TrainResult;  // .state, .step, .model, ...

using operations::ExportedFile;
using operations::ExportedLabels;
using operations::ExportedNetwork;
using operations::ExportedPixels;
using operations::ExportedWeights;
using operations::ExportFormat;
using operations::ExportRequest;
using operations::ImportRequest;
using operations::ImportResult;

struct EvaluateResult {
  std::map<std::string, double> metrics =
      {};                 ///< by name: "kid", "precision"; the mean, where there is a deviation too
  std::string json = {};  ///< {"metrics", "protocol"}: also deviations, intervals, and all that the metrics depend on
};

// Each may be called from several threads at once. Each throws UsageError for a request that cannot be meant (where()
// names the field), Cancelled, and Error for what fails. `device` is Model::load()'s: "auto", "cpu", "cuda" or
// "cuda:N".

/// Trains a recipe into a run folder. Progress counts steps. Cancelled, it ends after the step at hand, saves and
/// returns TrainResult::State::kStopped: the same request with `resume` goes on, bit for bit. Throws Cancelled only
/// where there was nothing to save yet, and Error for a folder that another training holds. Signals are the program's
/// own.
GANYMEDE_API TrainResult train_model(const TrainRequest& request, const std::string& device = "auto",
                                     const Control& control = {});

/// Metrics of a model's images against its data, which must be at hand. Progress counts images of each stretch of the
/// work anew.
GANYMEDE_API EvaluateResult evaluate(const Model& model, const EvaluateRequest& request = {},
                                     const Control& control = {});
/// The same of what the request names: `model`, or `real` and `fake`.
GANYMEDE_API EvaluateResult evaluate(const EvaluateRequest& request, const std::string& device = "auto",
                                     const Control& control = {});
/// How good the discriminator's features are, by a linear classifier. Progress counts images of each row anew.
GANYMEDE_API FeaturesResult features(const Model& model, const FeaturesRequest& request = {},
                                     const Control& control = {});

/// Writes networks as files for other programs, whole or not at all.
GANYMEDE_API std::vector<ExportedFile> export_model(const Model& model, const ExportRequest& request,
                                                    const Control& control = {});
/// Writes a model file with other programs' tensors, whole or not at all. Nothing in their files is executed.
GANYMEDE_API ImportResult import_model(const ImportRequest& request, const Control& control = {});

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
