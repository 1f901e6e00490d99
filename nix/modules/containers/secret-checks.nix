# Keys and credentials: what would leak, or would not reach the container.
{ config, lib, ... }:
let
  inherit (import ./facts.nix { inherit config lib; }) quoted wanted;

  sentence = import ../sentence.nix lib;

  # nspawn gets these through a line that is split at blanks, and splits each at colons itself.
  isPlainPath = path: builtins.match "/[A-Za-z0-9._/+@=-]+" path != null;
  isInStore = lib.hasInfix "${builtins.storeDir}/";
  plain = "Use an absolute path of letters, digits and . _ + @ = - alone.";

  forIdentity =
    name: container:
    let
      option = "lean.containers.${name}.identity is ${quoted container.identity}";
    in
    lib.optionals (container.identity != null) [
      {
        assertion = !isInStore container.identity;
        message =
          "${option}, in the Nix store, where everybody can read it and every cache gets a copy."
          + " Name the key's place on the server, like \"/persistent/containers/${name}/ssh_host_ed25519_key\","
          + " and replace the key if it was ever built.";
      }
      {
        assertion = isPlainPath container.identity;
        message = "${option}, which systemd-nspawn could not mount. ${plain}";
      }
      {
        # The bind mount keeps the owner: https://github.com/NixOS/nixpkgs/issues/329530
        assertion = lib.elem (config.containers.${name}.privateUsers or "no") [
          "no"
          "identity"
          0
        ];
        message =
          "containers.${name}.privateUsers is set: in such a container nobody could read the key that is mounted."
          + " Set lean.containers.${name}.identity = null, and hand over secrets by"
          + " lean.containers.${name}.credentials.";
      }
    ];

  forCredential = name: credential: path: [
    {
      # systemd wants a file name; blanks and colons do not reach it.
      assertion = builtins.match "[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}" credential != null;
      message =
        "lean.containers.${name}.credentials has ${quoted credential}, which cannot be a credential's name."
        + " Use letters, digits and . _ - alone, and no dot first.";
    }
    {
      assertion = isPlainPath path;
      message = sentence ''
        lean.containers.${name}.credentials.${credential} is ${quoted path}, which systemd-nspawn could not read.
        ${plain}
      '';
    }
    {
      assertion = !isInStore path;
      message =
        "lean.containers.${name}.credentials.${credential} is ${quoted path}, in the Nix store, where everybody can"
        + " read it. Name a file of the server, like config.sops.secrets.${credential}.path.";
    }
  ];

  checks =
    name: container:
    forIdentity name container
    ++ lib.concatLists (lib.mapAttrsToList (forCredential name) container.credentials);
in
{
  assertions = lib.concatLists (lib.mapAttrsToList checks wanted);
}
