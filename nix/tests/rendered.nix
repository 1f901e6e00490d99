# What the configurations render, by file name, for the programs that read it: `nft --check` for *.nft, `caddy validate`
# for Caddyfile*, `sshd -t` for sshd_config*, `systemd-analyze verify` for units/*. What it is given: eval/frame.nix.
_frame: {
}
