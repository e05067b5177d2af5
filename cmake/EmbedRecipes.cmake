# Writes OUTPUT, a C++ file with the text of each file in RECIPES.
string(CONCAT body "// Made by cmake/EmbedRecipes.cmake.\n#include \"ganymede/recipe/recipe.h\"\n\n"
  "namespace ganymede::config {\n\nconst std::vector<ShippedRecipe>& shipped_recipes() {\n"
  "  static const std::vector<ShippedRecipe> recipes{\n")
# By name: with its ending, "a-b.toml" would come before "a.toml".
list(TRANSFORM RECIPES REPLACE "\\.toml$" "")
list(SORT RECIPES)
foreach(stem ${RECIPES})
  get_filename_component(name ${stem} NAME)
  file(READ ${stem}.toml text)
  string(APPEND body "    {\"${name}\", R\"RECIPE(${text})RECIPE\"},\n")
endforeach()
string(APPEND body "  };\n  return recipes;\n}\n\n}  // namespace ganymede::config\n")
file(WRITE ${OUTPUT} "${body}")
