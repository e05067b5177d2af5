# Run when the package's files are put together: the program writes its manual pages and the shells' completion.
# In: program, share.
find_program(gzip gzip REQUIRED)
function(run_program file)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_FILE ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

execute_process(COMMAND ${program} reference --man -o ${share}/man/man1 OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(GLOB pages ${share}/man/man1/*.1)
execute_process(COMMAND ${gzip} -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)

file(MAKE_DIRECTORY
  ${share}/bash-completion/completions ${share}/zsh/vendor-completions ${share}/fish/vendor_completions.d)
run_program(${share}/bash-completion/completions/ganymede completion bash)
run_program(${share}/zsh/vendor-completions/_ganymede completion zsh)
run_program(${share}/fish/vendor_completions.d/ganymede.fish completion fish)
