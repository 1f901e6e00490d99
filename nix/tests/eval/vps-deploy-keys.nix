# What counts as a public key, and what is said about all that does not.
{
  all,
  caseOfEach,
  equals,
  lib,
  pkgs,
  holds,
  warnsOnly,
  refusesOnly,
  ...
}:
let
  inherit (import ../../modules/keys.nix lib)
    bodyOf
    collect
    problemOf
    read
    ;
  test = import ../light.nix { inherit lib pkgs; };
  inherit (test) key light withOptions;
  body = test.bodyOf;

  good = {
    ed25519 = key "me@laptop";
    "without a comment" = lib.removeSuffix " x" (key "x");
    "rsa, 2048 bits" = "ssh-rsa ${body "AAAAB3NzaC1yc2EAAAADAQABAAABAQ" 372}";
    "rsa, 4096 bits" = "ssh-rsa ${body "AAAAB3NzaC1yc2EAAAADAQABAAACAQ" 400} ci";
    nistp256 = "ecdsa-sha2-nistp256 ${body "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY" 139}=";
    nistp384 = "ecdsa-sha2-nistp384 ${body "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQ" 182}==";
    nistp521 = "ecdsa-sha2-nistp521 ${body "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjE" 230}==";
    "a security token" =
      "sk-ssh-ed25519@openssh.com ${body "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI" 99}=";
  };

  bad = {
    "a placeholder" = [
      "CHANGE_ME"
      "is still a placeholder"
    ];
    "words" = [
      "my key"
      "is no public key. Give"
    ];
    "a type alone" = [
      "ssh-ed25519"
      "names a type (ssh-ed25519) and no key"
    ];
    "the example of the documentation" = [
      "ssh-ed25519 AAAA… ci"
      "is not base64, or not all of it"
    ];
    "another type than it says" = [
      "ssh-rsa ${bodyOf (key "")}"
      "is not a key of this type"
    ];
    "a key that was cut off" = [
      "ssh-ed25519 ${body "AAAAC3NzaC1lZDI1NTE5AAAAI" 64}"
      "is a public key of the wrong length (64 characters, a key of type ssh-ed25519 has 68)"
    ];
    "a key with more at its end" = [
      "ssh-ed25519 ${body "AAAAC3NzaC1lZDI1NTE5AAAAI" 72}"
      "is a public key of the wrong length (72 characters"
    ];
    "rsa, 1024 bits" = [
      "ssh-rsa ${body "AAAAB3NzaC1yc2EAAAADAQABAAAAgQ" 204} me"
      "is an RSA key below 2048 bits"
    ];
    "a cut off key of a token" = [
      "sk-ssh-ed25519@openssh.com ${body "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAI" 96}"
      "is not all of a public key of type sk-ssh-ed25519@openssh.com"
    ];
    "two keys on a line" = [
      "${key "one"} ${key "two"}"
      "has two keys on one line"
    ];
    "two keys on a line, the type of the second lost" = [
      "${key "one"} ${bodyOf (key "two")}"
      "has two keys on one line"
    ];
    "dsa" = [
      "ssh-dss AAAAB3NzaC1kc3MAAACBAA== me"
      "is a DSA key"
    ];
    "a certificate" = [
      "ssh-ed25519-cert-v01@openssh.com AAAA me"
      "is a certificate, not a key"
    ];
    "an authority" = [
      "cert-authority ${key "ca"}"
      "is a certificate authority"
    ];
    "an authority among options" = [
      ''no-pty,cert-authority,principals="x" ${key "ca"}''
      "is a certificate authority"
    ];
    "an authority of known_hosts" = [
      "@cert-authority * ${key "ca"}"
      "is a certificate authority"
    ];
    "options" = [
      ''restrict,command="/bin/sh" ${key "ci"}''
      "has something before the key"
    ];
    "no end of a line" = [
      test.filled
      "is no public key"
    ];
    "a very long line" = [
      (lib.concatStrings (lib.genList (_: test.filled) 50))
      "is too long for a public key"
    ];
  };

  private =
    "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nSECRETSECRET\n-----END OPENSSH PRIVATE" + " KEY-----\n";
  # `nix flake check --no-build` writes nothing to the store: what builtins.toFile makes cannot be read there.
  ofFile = name: read "x.keyFiles: ${name}";
  ofText = text: collect { "x.keys" = [ text ]; } { };
  saysOnce =
    part: given:
    holds (
      lib.length given.problems == 1 && lib.hasInfix part (lib.head given.problems) && given.keys == [ ]
    ) "instead of «${part}»: ${lib.generators.toPretty { } given}";
  unquoted =
    given:
    holds (
      !lib.any (lib.hasInfix "SECRET") given.problems
    ) "the secret is quoted: ${toString given.problems}";
in
caseOfEach "good: " (line: equals (problemOf line) null) good
// caseOfEach "bad: " (
  entry:
  let
    problem = problemOf (lib.head entry);
  in
  holds (
    problem != null && lib.hasPrefix (lib.last entry) problem
    || lib.hasInfix (lib.last entry) (toString problem)
  ) "instead of «${lib.last entry}» it is said: ${toString problem}"
) bad
// {
  "a file may have comments, empty lines and line ends of Windows" =
    equals (ofFile "keys.pub" "# people\r\n\r\n  ${key "one"}\r\n${key "two"}\n")
      {
        keys = [
          (key "one")
          (key "two")
        ];
        problems = [ ];
      };
  "what is wrong is found by its line, and the others count" =
    let
      given = ofFile "keys.pub" "${key "one"}\n\nCHANGE_ME\n";
    in
    all [
      (equals given.keys [ (key "one") ])
      (equals (lib.length given.problems) 1)
      (holds (lib.hasInfix "keys.pub, line 3, is still a placeholder" (lib.head given.problems)) (
        lib.head given.problems
      ))
    ];
  "an entry is found by its number" = saysOnce "x.keys: entry 1 is still a placeholder" (
    ofText "CHANGE_ME"
  );
  "a file is read" = equals (collect { } { "x.keyFiles" = [ ../keys/mine.pub ]; }) {
    keys = [ (key "mine") ];
    problems = [ ];
  };
  "a file with nothing in it" = saysOnce "holds no key" (ofFile "empty.pub" "\n# nobody\n");
  "an entry with nothing in it" = saysOnce "x.keys: entry 1 holds no key" (ofText " ");
  "a file that is not there is named" = saysOnce "/no/such/file.pub does not exist" (
    collect { } { "x.keyFiles" = [ "/no/such/file.pub" ]; }
  );
  "a directory is named" = saysOnce "is a directory" (collect { } { "x.keyFiles" = [ ./. ]; });
  "a private key is never quoted" = all [
    (saysOnce "holds a private key" (ofFile "deploy-key" private))
    (saysOnce "holds a private key" (ofText private))
    (saysOnce "holds a private key" (ofText "b3BlbnNzaC1rZXktdjEAAAAASECRET"))
    (saysOnce "holds a private key" (ofText "PuTTY-User-Key-File-3: ssh-ed25519"))
    (unquoted (ofFile "deploy-key" private))
    (unquoted (ofText "b3BlbnNzaC1rZXktdjEAAAAASECRET"))
    (unquoted (ofText "SECRET"))
  ];
  "other formats of public keys" = all [
    (saysOnce "ssh-keygen -i -f FILE" (
      ofText "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----"
    ))
    (saysOnce "ssh-keygen -i -f FILE" (ofText "-----BEGIN RSA PUBLIC KEY-----\nAAAA"))
  ];

  "vps-deploy: a wrong key is its only complaint, and the others count" =
    let
      config = withOptions {
        authorizedKeys = [
          "CHANGE_ME"
          (key "ci")
        ];
        authorizedKeyFiles = [ "/no/such/deploy.pub" ];
      };
    in
    all [
      (refusesOnly config [
        "services.vps-deploy.authorizedKeys: entry 1 is still a placeholder"
        "services.vps-deploy.authorizedKeyFiles: /no/such/deploy.pub does not exist"
      ])
      (warnsOnly config [ ])
      (equals (lib.length config.users.users.deploy.openssh.authorizedKeys.keys) 1)
    ];
  "vps-deploy: a host without a key builds, lets nobody in, and says so once" =
    let
      config = withOptions {
        authorizedKeys = [ ];
        keyHint = "do this";
      };
    in
    all [
      (refusesOnly config [ ])
      (warnsOnly config [ "no key may ask for deploys, so nobody can: do this." ])
      (equals config.users.users.deploy.openssh.authorizedKeys.keys [ ])
    ];
  "vps-deploy: a wrong key is no missing one" = warnsOnly (withOptions {
    authorizedKeys = [ "CHANGE_ME" ];
  }) [ ];
  "vps-deploy: the same key twice is one line" =
    equals
      (withOptions {
        authorizedKeys = [
          (key "ci")
          (key "ci")
        ];
      }).users.users.deploy.openssh.authorizedKeys.keys
      [
        ''restrict,command="PATH=/run/current-system/sw/bin exec /etc/vps-deploy/bin/vps-deploy" ${key "ci"}''
      ];
  "vps-deploy: keys that could do more are not let in beside it" = refusesOnly (light [
    { users.users.deploy.openssh.authorizedKeys.keys = [ (key "mine") ]; }
  ]) [ "users.users.deploy.openssh.authorizedKeys holds keys that are not services.vps-deploy's" ];
  "vps-deploy: nor in files" = refusesOnly (light [
    {
      users.users.deploy.openssh.authorizedKeys.keyFiles = [ ../keys/mine.pub ];
    }
  ]) [ "users.users.deploy.openssh.authorizedKeys holds keys that are not services.vps-deploy's" ];
}
