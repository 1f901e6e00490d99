# An indented string of several lines as the one line that warnings and assertions are read in.
lib: text: builtins.replaceStrings [ "\n" ] [ " " ] (lib.trim text)
