// What a client asks of a new training, and what is said of that before it starts.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ganymede/operations/train_request.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/serve/api.h"

namespace ganymede::serve {

/// The options of `train` that a server offers, and where else than among the listed recipes its recipe comes from.
struct NewRunRequest {
  operations::TrainRequest train = {};
  std::string like = {}, toml = {}, images = {};
};

template <class V>
void visit_fields(V& field, NewRunRequest& r) {
  static const config::TextRule text{.length = config::in_range(1, 1 << 18),
                                     .characters = "^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f",
                                     .words = "characters of a recipe's text"};
  visit_fields(field, r.train);
  field("like", r.like, {.about = "instead of `recipe`: that of this run, with the data it was trained on"});
  field("toml", r.toml, {.about = "instead of `recipe`: the text of one", .served_text = text});
  field("images", r.images, {.about = "those of this name in the server's folder of data, instead of the recipe's"});
}

/// Its fields; `recipe` may be absent where another of them says which one.
operations::FieldList fields_of_new_run(NewRunRequest& request);
/// Throws FieldError for options that exclude each other.
void check(const NewRunRequest& request);

/// A recipe before a client's changes.
struct AskedRecipe {
  std::string text = {}, name = {};
  std::string origin = {};                        ///< what messages call it
  std::map<std::string, std::string> files = {};  ///< of this machine, that it may name
  std::vector<std::string> changes = {};          ///< what `images` changes
  bool shipped = false;
};

/// Throws FieldError for a name that no recipe has, Problem 404 for a run that is not there, UsageError for a recipe
/// with mistakes.
AskedRecipe asked_recipe(const Services& services, const NewRunRequest& request);

/// What is wrong with each change, and with the recipe; with what is left of them, what it makes, without the names of
/// this machine's files. `sound` becomes that recipe, with them.
RecipeCheckAnswer checked(const AskedRecipe& asked, const operations::TrainRequest& request,
                          config::Recipe* sound = nullptr);

}  // namespace ganymede::serve
