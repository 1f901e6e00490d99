# What a deploy needs lies on something that survives a reboot, however many binds and layers are between.
{
  all,
  equals,
  lib,
  pkgs,
  refusesOnly,
  throws,
  ...
}:
let
  inherit (import ../light.nix { inherit lib pkgs; }) light withOptions;
  mount = device: fsType: options: mountPoint: {
    inherit
      device
      fsType
      options
      mountPoint
      ;
  };
  disk = mount "/dev/vda2" "ext4" [ ];
  memory = mount "none" "tmpfs" [ "size=1G" ];
  bind = from: mount from "none" [ "bind" ];
  # By mount point, as fileSystems has them.
  mounted = lib.mapAttrs (mountPoint: make: make mountPoint);
  on = fileSystems: { fileSystems = mounted fileSystems; };
  volatileRoot = {
    "/" = memory;
    "/nix" = disk;
    "/persistent" = disk;
  };
  unit = what: where: {
    systemd.mounts = [
      {
        inherit what where;
        type = "none";
        options = "bind,x-gvfs-hide";
      }
    ];
  };

  survives = modules: refusesOnly (light modules) [ ];
  refused = sentences: modules: refusesOnly (light modules) sentences;
  stateLost = refused [ "stateDir is /var/lib/vps-deploy, which does not survive a reboot" ];
  overlay =
    upper:
    mount "overlay" "overlay" ([ "lowerdir=/a" ] ++ lib.optional (upper != null) "upperdir=${upper}");
in
{
  "one disk" = survives [ (on { "/" = disk; }) ];
  "a root in memory, and nothing done about it" = stateLost [ (on volatileRoot) ];
  "bound by fstab" = survives [
    (on (volatileRoot // { "/var/lib/vps-deploy" = bind "/persistent/deploy"; }))
  ];
  "bound with what is below, and a directory above it" = survives [
    (on (volatileRoot // { "/var/lib" = mount "/persistent/lib" "none" [ "rbind" ]; }))
  ];
  "bound by a unit" = survives [
    (on volatileRoot)
    (unit "/persistent/var/lib/vps-deploy" "/var/lib/vps-deploy")
  ];
  "bound by a unit, to where nothing survives either" = stateLost [
    (on volatileRoot)
    (unit "/srv/var/lib/vps-deploy" "/var/lib/vps-deploy")
  ];
  "bound to another that is bound" = survives [
    (on (
      volatileRoot
      // {
        "/srv" = bind "/persistent/srv";
        "/var/lib/vps-deploy" = bind "/srv/deploy";
      }
    ))
  ];
  "bound in a circle" = survives [
    (on {
      "/" = disk;
      "/a" = bind "/b";
      "/b" = bind "/a";
    })
    { services.vps-deploy.stateDir = "/a/deploy"; }
  ];
  "a neighbor with the same beginning does not count" = stateLost [
    (on (volatileRoot // { "/var/lib/vps" = disk; }))
  ];
  "a disk of its own" = survives [ (on (volatileRoot // { "/var/lib/vps-deploy" = disk; })) ];
  "named below what survives" = survives [
    (on volatileRoot)
    { services.vps-deploy.stateDir = "/persistent/deploy"; }
  ];
  "ramfs" = stateLost [ (on (volatileRoot // { "/" = mount "none" "ramfs" [ ]; })) ];
  "a disk of memory" = stateLost [
    (on (volatileRoot // { "/var" = mount "/dev/zram1" "ext4" [ ]; }))
  ];
  "an overlay on a disk" = survives [
    (on (volatileRoot // { "/var" = overlay "/sysroot/persistent/upper"; }))
  ];
  "an overlay in memory" = stateLost [ (on (volatileRoot // { "/var" = overlay "/tmp/upper"; })) ];
  "an overlay that cannot be written to is no memory" = survives [
    (on {
      "/" = disk;
      "/var" = overlay null;
    })
  ];
  "below /run" =
    refused
      [ "stateDir is /run/deploy, which does not survive a reboot (/run is a tmpfs)" ]
      [
        {
          boot.specialFileSystems."/run" = {
            device = "tmpfs";
            fsType = "tmpfs";
            options = [ ];
          };
          services.vps-deploy.stateDir = "/run/deploy";
        }
      ];
  "everything in memory" =
    refused
      [
        "stateDir is /var/lib/vps-deploy, which does not survive a reboot (/ is a tmpfs)"
        "profile is /nix/var/nix/profiles/system, which does not survive a reboot (/ is a tmpfs)"
        "enable needs a Nix store that survives a reboot, but / is a tmpfs"
      ]
      [ (on { "/" = memory; }) ];
  "a store in memory" =
    refused
      [ "enable needs a Nix store that survives a reboot, but /nix/store is a tmpfs" ]
      [
        (on {
          "/" = disk;
          "/nix/store" = memory;
        })
      ];
  "a profile in memory" =
    refused
      [ "profile is /nix/var/nix/profiles/system, which does not survive" ]
      [
        (on {
          "/" = disk;
          "/nix/var" = memory;
        })
      ];
  "a test host may" = survives [
    (on { "/" = memory; })
    { services.vps-deploy.allowVolatileState = true; }
  ];
  "nothing is known" = survives [ { fileSystems = lib.mkForce { }; } ];

  "paths" = all (
    map
      (
        path:
        refusesOnly (withOptions { stateDir = path; }) [ ''stateDir is "${path}": give an absolute path'' ]
      )
      [
        "state"
        "/srv/../etc"
        "/srv//x"
        "/srv/x/"
        "/srv/./x"
        "/srv/.."
        "/srv/a b"
      ]
    ++ [
      (refusesOnly (withOptions { profile = "system"; }) [
        ''profile is "system": give an absolute path''
      ])
      (refusesOnly (withOptions { stateDir = "/srv/..x/.y"; }) [ ])
      (refusesOnly (withOptions { stateDir = "/nix/store/deploy"; }) [
        "in the Nix store, which nothing can be written to"
      ])
      (throws (withOptions { stateDir = 1; }).services.vps-deploy.stateDir)
    ]
  );
  "the directory is made, with those above it" =
    equals (withOptions { stateDir = "/srv/a/deploy"; }).systemd.tmpfiles.settings."10-vps-deploy"
      {
        "/srv/a/deploy".d = {
          user = "root";
          group = "deploy";
          mode = "0750";
        };
      };
}
