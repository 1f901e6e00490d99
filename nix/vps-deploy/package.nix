# The host half of a deploy: programs, systemd units and the tmpfiles that make their run-time directories.
#
# What the programs call (git, nix, ssh, gpg, systemctl, …) they find on PATH: a unit's `path` should hold
# `passthru.runtimeInputs`, the system's own nix and systemd, and its GRUB if that is what boots it.
{
  lib,
  stdenvNoCC,
  coreutils,
  git,
  gnupg,
  openssh,
  python3,
}:

stdenvNoCC.mkDerivation {
  pname = "vps-deploy";
  version = builtins.head (
    builtins.match ".*VERSION = '([^']+)'.*" (builtins.readFile ./vps_deploy/__init__.py)
  );

  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./bin
      ./defaults.json
      ./systemd
      (lib.fileset.fileFilter (file: file.hasExt "py") ./vps_deploy)
      (lib.fileset.fileFilter (file: file.hasExt "py") ./tests)
    ];
  };

  # For patchShebangs, which looks for interpreters among the build inputs.
  buildInputs = [ python3 ];

  postPatch = "patchShebangs bin";

  dontBuild = true;

  doCheck = stdenvNoCC.buildPlatform.canExecute stdenvNoCC.hostPlatform;
  nativeCheckInputs = [
    git
    gnupg
    openssh
    python3
  ];
  checkPhase = ''
    runHook preCheck
    HOME=$TMPDIR python3 -m unittest discover -s tests -t .
    runHook postCheck
  '';

  # The programs find their modules beside the directory they really lie in.
  installPhase = ''
    runHook preInstall
    home=$out/libexec/vps-deploy
    mkdir -p "$home" $out/bin $out/lib/systemd/system $out/lib/tmpfiles.d
    cp -r bin vps_deploy "$home/"
    rm -rf "$home/vps_deploy/__pycache__"
    for program in "$home"/bin/*; do
      chmod 0755 "$program"
      ln -s "$program" $out/bin/
    done
    cp systemd/*.conf $out/lib/tmpfiles.d/
    for unit in systemd/*; do
      case $unit in
        *.conf) ;;
        # systemd looks for a program without a path where it was told to when it was built, which is not here.
        *) sed "s|^ExecStart=|&$out/bin/|" "$unit" > "$out/lib/systemd/system/$(basename "$unit")" ;;
      esac
    done
    runHook postInstall
  '';

  # The store cannot be written to later, and every request would compile the modules anew. By hash, not by date:
  # every file in the store has the same one.
  postFixup = ''
    ${python3.interpreter} -m compileall -q --invalidation-mode unchecked-hash $out/libexec/vps-deploy/vps_deploy
  '';

  passthru.runtimeInputs = [
    coreutils
    git
    gnupg
    openssh
  ];

  # The values of `resolve` that these programs carry out.
  passthru.resolves = [
    "evaluate"
    "recorded"
    "recorded-or-evaluate"
  ];

  meta = {
    description = "Carries out deploys that come through a forced SSH command, and rolls them back";
    license = lib.licenses.mit;
    mainProgram = "vps-deploy";
    platforms = lib.platforms.linux;
  };
}
