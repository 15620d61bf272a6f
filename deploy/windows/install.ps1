<#
.SYNOPSIS
MOM on Windows: Debian in WSL2, the folder in it, a service that starts at boot, and its port on this machine.

.DESCRIPTION
Run in a PowerShell of an administrator, in the folder of MOM or with -Source:

    powershell -ExecutionPolicy Bypass -File deploy\windows\install.ps1 [-Port 8000] [-DryRun]

It says each step before it does it, and running it again changes nothing that is there. Where Windows has to start
anew after WSL was installed, it says so and ends; run it once more then.

NOT TESTED BY US: it was written from the manuals of wsl.exe, netsh and schtasks. The parts inside Linux are the same
commands that we test on Debian.
#>
param(
    [string]$Source = (Resolve-Path (Join-Path $PSScriptRoot "..\..")).Path,
    [string]$Distribution = "Debian",
    [string]$User = "mom",
    [int]$Port = 8000,
    [switch]$OpenToNetwork,
    [switch]$DryRun
)
$ErrorActionPreference = "Stop"
$env:WSL_UTF8 = "1"
$folder = "/home/$User/mom"
$number = 0

function Step([string]$Words, [scriptblock]$Do) {
    $script:number += 1
    Write-Host "$script:number. $Words"
    if (-not $DryRun) { & $Do }
}

function Linux([string]$Command, [string]$As = "root") {
    wsl.exe --distribution $Distribution --user $As -- bash -euc $Command
    if ($LASTEXITCODE -ne 0) { throw "In ${Distribution}, as ${As}: '$Command' ended with $LASTEXITCODE." }
}

if (-not $DryRun) {
    $identity = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw "Start PowerShell as administrator: WSL, the port and the task at boot need it."
    }
}

Step "Install WSL2 with $Distribution, where it is missing" {
    $installed = (wsl.exe --list --quiet 2>$null) -split "\r?\n" | ForEach-Object { $_.Trim() }
    if ($installed -notcontains $Distribution) {
        wsl.exe --install --distribution $Distribution --no-launch
        if ($LASTEXITCODE -ne 0) { throw "wsl --install ended with $LASTEXITCODE. Virtualisation must be on in the firmware." }
        wsl.exe --list --quiet *> $null
        if ($LASTEXITCODE -ne 0) {
            Write-Host "Windows has to start anew. Run this script once more then."
            exit 0
        }
    }
    wsl.exe --set-version $Distribution 2
}

Step "Switch systemd on in $Distribution and start it anew" {
    Linux "grep -qs '^systemd *= *true' /etc/wsl.conf || printf '[boot]\nsystemd=true\n' >> /etc/wsl.conf"
    wsl.exe --terminate $Distribution
}

Step "Install Python, pip and git in it, and make the user $User" {
    Linux "export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; apt-get install -y -qq python3 python3-venv python3-pip git rsync >/dev/null"
    Linux "id $User >/dev/null 2>&1 || useradd --create-home --shell /bin/bash $User"
}

Step "Copy $Source to $folder (data below .mom stay as they are)" {
    $there = (wsl.exe --distribution $Distribution --user root -- wslpath -a ($Source -replace "\\", "/")).Trim()
    Linux "mkdir -p $folder; rsync -a --delete --exclude=.mom --exclude=.venv '$there/' $folder/; chown -R ${User}: $folder"
}

Step "Install the service: it starts with $Distribution, as $User" {
    Linux "cd $folder; PORT=$Port python3 manage.py install-service --user $User"
}

Step "Start $Distribution when Windows starts, without a sign-in, and keep it running" {
    # An open wsl.exe keeps the distribution alive; systemd in it then keeps MOM alive.
    $action = New-ScheduledTaskAction -Execute "wsl.exe" -Argument "--distribution $Distribution --user root -- sleep infinity"
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 `
        -RestartInterval (New-TimeSpan -Minutes 1) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
    # The distribution belongs to the user who installed it, so the task runs as that user: it asks for the password.
    $account = "$env:USERDOMAIN\$env:USERNAME"
    $credential = Get-Credential -UserName $account -Message "Your Windows password, so that MOM starts without a sign-in"
    Register-ScheduledTask -TaskName "MOM" -Action $action -Trigger $trigger -Settings $settings -Force `
        -User $account -Password $credential.GetNetworkCredential().Password | Out-Null
    Start-ScheduledTask -TaskName "MOM"
}

Step "Forward port $Port of this machine to $Distribution" {
    # WSL2 itself forwards localhost. For other machines a proxy is needed, and the firewall must let them in.
    if ($OpenToNetwork) {
        netsh.exe interface portproxy delete v4tov4 listenport=$Port listenaddress=0.0.0.0 *> $null
        netsh.exe interface portproxy add v4tov4 listenport=$Port listenaddress=0.0.0.0 connectport=$Port connectaddress=127.0.0.1
        if (-not (Get-NetFirewallRule -DisplayName "MOM" -ErrorAction SilentlyContinue)) {
            New-NetFirewallRule -DisplayName "MOM" -Direction Inbound -Protocol TCP -LocalPort $Port -Action Allow `
                -Profile Private, Domain | Out-Null
        }
        Write-Host "   Plain HTTP: put a proxy with TLS in front before tablets use it (docs/operations.md)."
    }
}

Step "Wait for the first page" {
    for ($i = 0; $i -lt 60; $i += 1) {
        try { Invoke-WebRequest -UseBasicParsing "http://127.0.0.1:$Port/readyz" | Out-Null; break } catch { Start-Sleep 5 }
    }
    if ($i -eq 60) { throw "It does not answer. See: wsl -d $Distribution -u root -- journalctl -u mom" }
    Write-Host "   http://127.0.0.1:$Port/"
}
