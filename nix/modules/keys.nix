# Public keys as people give them, in strings and in files, checked before they are trusted with anything.
#
#   inherit (import ../keys.nix lib) collect;
#   given = collect { "lean.admin.keys" = [ "ssh-ed25519 AAAA… me" ]; } { "lean.admin.keyFiles" = [ ./me.pub ]; };
#   given.keys      [ "ssh-ed25519 AAAA… me" ]: one line each, without options
#   given.problems  sentences for assertions; they never quote what was given, for it may be a secret
#
# An RSA key below 2048 bits is 369 characters or less; of the other types a key has one length only, but for the
# name of an application in those of security tokens. Lengths are without the "=" at the end.
lib:
let
  types = {
    "ssh-ed25519" = {
      start = "AAAAC3NzaC1lZDI1NTE5AAAAI";
      length = 68;
    };
    "ssh-rsa" = {
      start = "AAAAB3NzaC1yc2EAAA";
      atLeast = 370;
    };
    "ecdsa-sha2-nistp256" = {
      start = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY";
      length = 139;
    };
    "ecdsa-sha2-nistp384" = {
      start = "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQ";
      length = 182;
    };
    "ecdsa-sha2-nistp521" = {
      start = "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjE";
      length = 230;
    };
    "sk-ssh-ed25519@openssh.com" = {
      start = "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI";
      atLeast = 99;
    };
    "sk-ecdsa-sha2-nistp256@openssh.com" = {
      start = "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTY";
      atLeast = 170;
    };
  };

  shape = ''"ssh-ed25519 AAAA… comment", the one line of a .pub file'';
  make = "ssh-keygen -t ed25519 makes a pair, its .pub file is the public half";

  wordsOf = line: lib.filter (word: lib.isString word && word != "") (builtins.split "[ \t]+" line);
  isKey = line: line != "" && !lib.hasPrefix "#" line;
  # Line numbers stay those of the text.
  linesOf =
    text:
    lib.imap1 (number: line: {
      inherit number;
      text = lib.trim line;
    }) (lib.splitString "\n" text);

  # The regular expressions of Nix recurse on each character: text of any length must not get there.
  isLong = line: lib.stringLength line > 16384;
  has = part: line: !isLong line && lib.hasInfix part line;

  privateMarks = [
    "PRIVATE KEY"
    "PuTTY-User-Key-File"
    "AGE-SECRET-KEY"
    # What the middle of OpenSSH's own begins with, in base64.
    "b3BlbnNzaC1rZXkt"
  ];
  isPrivate = text: lib.any (line: lib.any (mark: has mark line.text) privateMarks) (linesOf text);
  isForeign =
    text: lib.any (line: has "BEGIN" line.text && has "PUBLIC KEY" line.text) (linesOf text);

  problemOfKey =
    type: key: rest:
    let
      known = types.${type};
      bare = builtins.match "([A-Za-z0-9+/]+)={0,2}" key;
      size = lib.stringLength (lib.head bare);
    in
    if bare == null || lib.mod (lib.stringLength key) 4 != 0 then
      "is no public key: what follows ${type} is not base64, or not all of it. Give ${shape}."
    else if !lib.hasPrefix known.start key then
      "is no public key: what follows ${type} is not a key of this type. Give ${shape}."
    else if size != known.length or size then
      "is a public key of the wrong length (${toString size} characters, a key of type ${type} has "
      + "${toString known.length}): copy the whole line."
    else if size < known.atLeast or 0 && type == "ssh-rsa" then
      "is an RSA key below 2048 bits, or not all of one: give ${shape} (${make})."
    else if size < known.atLeast or 0 then
      "is not all of a public key of type ${type}: copy the whole line."
    else if lib.any (word: types ? ${word} || has "AAAA" word && lib.stringLength word > 60) rest then
      "has two keys on one line: give each a line of its own."
    else
      null;

  # null, or what is wrong with it.
  problemOf =
    line:
    let
      words = wordsOf line;
      type = lib.head words;
    in
    if isLong line then
      "is too long for a public key. Give ${shape}."
    else if types ? ${type} && lib.length words == 1 then
      "names a type (${type}) and no key. Give ${shape}."
    else if types ? ${type} then
      problemOfKey type (lib.elemAt words 1) (lib.drop 2 words)
    else if type == "ssh-dss" then
      "is a DSA key, which OpenSSH no longer accepts: ${make}."
    else if lib.hasSuffix "-cert-v01@openssh.com" type then
      "is a certificate, not a key: give ${shape}."
    else if lib.any (has "cert-authority") words then
      "is a certificate authority: whatever it signs could log in. Give the key itself, ${shape}."
    else if lib.any (word: types ? ${word}) words then
      "has something before the key: give the key alone, the options are added here."
    else if has "CHANGE_ME" line then
      "is still a placeholder. Give ${shape} (${make})."
    else
      "is no public key. Give ${shape} (${make}).";

  # `where`: what to call the text in a sentence.
  read =
    where: text:
    let
      lines = lib.filter (line: isKey line.text) (linesOf text);
      place = line: if lib.length lines > 1 then "${where}, line ${toString line.number}," else where;
      check = line: {
        inherit line;
        problem = problemOf line.text;
      };
      checked = map check lines;
      only = problem: {
        keys = [ ];
        problems = [ "${where} ${problem}" ];
      };
    in
    if isPrivate text then
      only (
        "holds a private key: give the public one, from the file ending in .pub, and make a new pair, "
        + "for what stands in a configuration can be read by everybody on the host."
      )
    else if isForeign text then
      only (
        "is a public key in a format that OpenSSH does not read: ssh-keygen -i -f FILE (with -m PKCS8 or "
        + "-m PEM) prints it as ${shape}."
      )
    else if lines == [ ] then
      only "holds no key. Give ${shape}."
    else
      {
        keys = map (entry: lib.concatStringsSep " " (wordsOf entry.line.text)) (
          lib.filter (entry: entry.problem == null) checked
        );
        problems = map (entry: "${place entry.line} ${entry.problem}") (
          lib.filter (entry: entry.problem != null) checked
        );
      };

  readFile =
    option: file:
    let
      where = "${option}: ${builtins.unsafeDiscardStringContext (toString file)}";
      missing = problem: {
        keys = [ ];
        problems = [ "${where} ${problem}" ];
      };
    in
    if !builtins.pathExists file then
      missing (
        "does not exist. Make it, or take it out of the list; in a flake it must be known to git (git add) "
        + "as well."
      )
    else if lib.pathIsDirectory file then
      missing "is a directory: name the file in it."
    else
      read where (builtins.readFile file);

  merge = parts: {
    keys = lib.concatMap (part: part.keys) parts;
    problems = lib.concatMap (part: part.problems) parts;
  };
in
{
  # `read where text`: the keys in it, and what is wrong with the others.
  inherit problemOf read;

  # The key itself, which is the same whatever its comment or its options say.
  bodyOf = line: lib.findFirst (lib.hasPrefix "AAAA") "" (wordsOf line);

  # Both by name of the option they were given in.
  collect =
    strings: files:
    merge (
      lib.concatLists (
        lib.mapAttrsToList (option: lib.imap1 (number: read "${option}: entry ${toString number}")) strings
        ++ lib.mapAttrsToList (option: map (readFile option)) files
      )
    );
}
